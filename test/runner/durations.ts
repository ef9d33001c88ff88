import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const path = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vnetd/test-durations.json');

/** How long the jobs took last time, in ms by their titles. Nothing but their order hangs on it. */
export function readDurations(): Map<string, number> {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8'))));
  } catch {
    return new Map();
  }
}

export function writeDurations(durations: ReadonlyMap<string, number>): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(Object.fromEntries(durations), null, 1));
  } catch (error) {
    process.stderr.write(`durations not kept: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
