import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { until } from '../../test/kernel/support/until.ts';
import { root } from './root.ts';
import type { Scratch } from './scratch.ts';
import type { Vnetd } from './vnetd.ts';

/** How vnetd is to be started to be looked into. */
export interface Probe {
  readonly nodeArgs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const preload = (name: string) => [
  '--import',
  pathToFileURL(join(root, `dist/bench/support/${name}.js`)).href,
];

export interface LoopDelay {
  /** Milliseconds, resolution of the measure (1 ms) included. */
  readonly p99: number;
  readonly max: number;
}

/** Measures the loop delay of the main thread, and of the keeper's; `take` gives that since it was last taken. */
export function loopDelayProbe(
  scratch: Scratch,
): Probe & { take(vnetd: Vnetd): Promise<LoopDelay & { readonly keeper: LoopDelay }> } {
  const file = join(scratch.folder, 'loop-delay');
  return {
    nodeArgs: preload('loop-delay'),
    env: { VNETD_BENCH_DELAY: file },
    async take(vnetd) {
      rmSync(file, { force: true });
      vnetd.signal('SIGUSR2');
      await until(() => existsSync(file), { within: 30_000, what: 'the loop delay is written' });
      return JSON.parse(readFileSync(file, 'utf8')) as LoopDelay & { readonly keeper: LoopDelay };
    },
  };
}

/** Counts the calls of a function in the keeper's thread: `plan/judge.js#judge`. */
export function callsProbe(scratch: Scratch, counted: string): Probe & { calls(): number } {
  const file = join(scratch.folder, 'calls');
  return {
    nodeArgs: preload('count-calls'),
    env: { VNETD_BENCH_CALLS: file, VNETD_BENCH_COUNTED: counted },
    calls: () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0),
  };
}
