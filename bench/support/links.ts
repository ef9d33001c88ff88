import type { Namespace } from './scratch.ts';

/** Bridges are few: the kernel waits for all processors, some 16 ms, for each it deletes (br_dev_delete). */
const MOST_BRIDGES = 100;

/** A host of so many links: bridges with an address, an ifb as port of each, and ifbs that stand alone. */
export interface Host {
  readonly size: number;
  /** Bridges b0 …, and ports p0 …. */
  readonly pairs: number;
  /** Ifbs i0 …. */
  readonly ifbs: number;
}

export function hostOf(size: number): Host {
  const pairs = Math.max(1, Math.min(MOST_BRIDGES, Math.floor(size / 4)));
  return { size, pairs, ifbs: size - 2 * pairs };
}

/** The declaration, one line a link. */
export function declarationOf({ pairs, ifbs }: Host, daemon = ''): string {
  const lines = daemon === '' ? [] : [`daemon: ${daemon}`];
  lines.push('links:');
  for (let i = 0; i < pairs; i++) {
    lines.push(`  b${i}: { kind: bridge, addresses: [${addressOf(i)}] }`);
    lines.push(`  p${i}: { kind: ifb, master: b${i} }`);
  }
  for (let i = 0; i < ifbs; i++) lines.push(`  i${i}: { kind: ifb, mtu: 1400 }`);
  return `${lines.join('\n')}\n`;
}

/** Makes the same with ip(8). */
export async function makeLinks(namespace: Namespace, { pairs, ifbs }: Host): Promise<void> {
  const lines: string[] = [];
  for (let i = 0; i < pairs; i++) {
    lines.push(`link add b${i} up type bridge`, `addr add ${addressOf(i)} dev b${i}`);
    lines.push(`link add p${i} master b${i} up type ifb`);
  }
  for (let i = 0; i < ifbs; i++) lines.push(`link add i${i} mtu 1400 up type ifb`);
  await namespace.batch(lines);
}

function addressOf(bridge: number): string {
  return `10.${bridge >> 8}.${bridge & 255}.1/24`;
}
