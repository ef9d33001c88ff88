import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { compiled } from './programs.ts';
import type { Namespace, Scratch } from './scratch.ts';

/** A program of bench/floor that tells by the monotonic clock when it saw what it waits for. */
export interface Witness {
  /** When it saw it, on the clock of `process.hrtime`. */
  readonly seen: Promise<bigint>;
}

/** Starts one, and waits until it listens. */
export async function witness(
  scratch: Scratch,
  namespace: Namespace,
  program: 'arrive' | 'show' | 'restore',
  ...args: readonly (string | number)[]
): Promise<Witness> {
  const [command = '', ...words] = [...namespace.enter, compiled(program), ...args.map(String)];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  scratch.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  const [first] = await once(lines, 'line');
  if (first !== 'listening') throw new Error(`${program}: ${first}`);
  const seen = (once(lines, 'line') as Promise<[string]>).then(([line]) => BigInt(line));
  return { seen };
}

/** The milliseconds between two readings of the monotonic clock. */
export function msBetween(begun: bigint, ended: bigint): number {
  return Number(ended - begun) / 1e6;
}
