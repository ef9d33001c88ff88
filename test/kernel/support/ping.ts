import { join, resolve } from 'node:path';
import { run } from './command.ts';
import { within } from './keeping.ts';
import { until } from './until.ts';

const script = join(resolve(import.meta.dirname, '../../../..'), 'test/kernel/support/ping.py');

/** Whether an address answers an echo request from a namespace within so many seconds. */
export async function answers(namespace: string, address: string, seconds: number): Promise<boolean> {
  const { code } = await run(['ip', 'netns', 'exec', namespace, 'python3', script, address, String(seconds)]);
  return code === 0;
}

/** Waits until an address is reached no more: a deleted namespace lives on until the kernel has cleaned up. */
export async function isSilent(from: string, address: string): Promise<void> {
  await until(async () => !(await answers(from, address, 0.2)), { within, what: `${address} is silent` });
}
