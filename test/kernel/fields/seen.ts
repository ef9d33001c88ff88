import { resolve } from 'node:path';
import { canonical, type Value } from '../../../src/model/value.ts';
import type { AnyRow } from '../../../src/reconcilers/kind.ts';
import { output } from '../support/command.ts';
import type { LinkJson } from '../support/ip.ts';
import type { Namespace } from '../support/namespace.ts';
import type { Bed, Case } from './cases.ts';
import { outside, type RawLink, type Seen } from './outside.ts';

/** Reads and sets attributes by their numbers. */
export const rawTool = resolve(import.meta.dirname, '../../../../test/kernel/fields/raw.py');

/** All links as ip and the attributes' numbers show them. */
export async function lookAround(ns: Namespace): Promise<ReadonlyMap<string, Seen>> {
  const raw = JSON.parse(await output([...ns.enter, '/usr/bin/python3', rawTool, 'dump'])) as Record<
    string,
    RawLink
  >;
  // After the numbers: what these show to be put back, ip shows so too.
  const links = (await ns.ipJson('link')) as unknown as readonly LinkJson[];
  return new Map(links.map((link) => [link.ifname, { link, raw: raw[link.ifname] }]));
}

/** Whether a link is there and shows the value. */
export function isSo(bed: Bed, one: Case, value: Value, seen: Seen | undefined): boolean {
  return seen !== undefined && shows(one.row, value, seenOf(bed, one, seen));
}

/** What is seen of a case's field, in the words of the configuration. */
export function seenOf(bed: Bed, one: Case, seen: Seen | undefined): Value | undefined {
  return seen === undefined ? undefined : outside(bed.table, one.key).read(seen);
}

/** Whether what is seen from outside is the value, as the kernel keeps it. */
function shows(row: AnyRow, wanted: Value, found: Value | undefined): boolean {
  if (found === undefined || found === null) return row.untold === true;
  if (typeof wanted === 'boolean') return (found === true || found === 1 || found === 'on') === wanted;
  if (typeof wanted === 'number') {
    const number = Number(found);
    // At HZ=250 an odd number of hundredths comes back one lower.
    return (
      number === wanted ||
      (row.type.name.startsWith('centiseconds') && wanted % 2 === 1 && number === wanted - 1)
    );
  }
  if (Array.isArray(wanted))
    return canonical([...wanted].sort()) === canonical([...(found as string[])].sort());
  if (typeof wanted === 'object' && wanted !== null)
    return Object.entries(wanted).every(([key, one]) => ((found as Record<string, Value>)[key] ?? 0) === one);
  const words = (row.type as { readonly schema: unknown }).schema;
  return (
    String(found) === wanted ||
    (words !== undefined && typeof wanted === 'string' && numberWord(row, wanted) === String(found))
  );
}

/** The number a word stands for, as the type itself would send it. */
function numberWord(row: AnyRow, word: string): string | undefined {
  const bytes = row.type.encode(word, { indexOf: () => undefined, nameOf: () => undefined });
  if (bytes === undefined || bytes.length === 0 || bytes.length > 4) return undefined;
  const little = /be/.test(row.type.name) ? [...bytes].reverse() : [...bytes];
  return String(little.reduce((all, byte, i) => all + byte * 256 ** i, 0));
}
