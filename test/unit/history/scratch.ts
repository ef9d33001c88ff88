import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type History, type HistoryOptions, openHistory } from '../../../src/history/history.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { Happening } from '../../../src/model/event.ts';

/** Longer than since the epoch: tests count their times from 1. */
export const generous = { keepMs: 100 * 365 * 86_400_000, sizeBytes: 64 * 1024 * 1024 };
export const everything = { limit: 0 };

/** A folder that goes with the test. */
export function scratchFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vnetd-history-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A history in a file, all it says, and its end with the test's. */
export function historyIn(
  context: TestContext,
  path: string,
  options: Partial<HistoryOptions> = {},
): { readonly history: History; readonly said: string[] } {
  const said: string[] = [];
  const history = openHistory({
    path,
    settings: generous,
    onTrouble: (sentence) => said.push(sentence),
    ...options,
  });
  context.after(() => history.close());
  return { history, said };
}

/** A drift of a link's MTU, at a time. */
export function drift(id: string, at: number = Date.now()): Happening {
  return {
    at,
    id: asObjectId(id),
    event: 'drift',
    kind: 'dummy',
    changes: [{ key: 'mtu', wanted: 9000, found: 1500 }],
    by: null,
  };
}

/** Fulfilled once something holds; looked at again each time the event loop has turned. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const giveUp = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > giveUp) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
