import { existsSync, readFileSync } from 'node:fs';

/** What the reporter writes, one a line. `file` is a path to the source or what it was compiled to. */
export type TestEvent =
  | { event: 'running'; name: string }
  | { event: 'pass'; file: string; name: string; ms: number }
  | { event: 'fail'; file: string; name: string; ms: number; error: string }
  | { event: 'skip'; file: string; name: string; ms: number; reason: string }
  | { event: 'diagnostic'; message: string }
  | { event: 'output'; file: string; text: string };

/** Reads what was reported so far; a line cut short by the death of its kernel is left out. */
export function readEvents(path: string): TestEvent[] {
  if (!existsSync(path)) {
    return [];
  }
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.slice(0, -1).map((line): TestEvent => JSON.parse(line));
}
