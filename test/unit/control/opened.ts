import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Control, type ControlOptions, openControl } from '../../../src/daemon/control.ts';
import { type HouseInMemory, houseInMemory } from './house-in-memory.ts';

export interface Opened {
  readonly house: HouseInMemory;
  readonly control: Control;
  readonly path: string;
}

/** A folder of the test's own, which others may look into; gone afterwards. */
export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'vnetd-control-'));
  chmodSync(path, 0o755);
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The control socket of a house, open until the test ends; whoever asks is root, unless said otherwise. */
export async function opened(
  t: TestContext,
  house: HouseInMemory = houseInMemory(),
  options: Partial<ControlOptions> = {},
): Promise<Opened> {
  const path = options.path ?? join(folder(t), 'vnetd.sock');
  const control = await openControl({
    path,
    group: 'no such group',
    house,
    signal: new AbortController().signal,
    peer: () => ({ pid: 1, uid: 0, gid: 0 }),
    ...options,
  });
  t.after(() => control.close());
  return { house, control, path };
}
