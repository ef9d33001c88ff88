import { join, resolve } from 'node:path';
import { run } from './command.ts';

const script = join(resolve(import.meta.dirname, '../../../..'), 'test/kernel/support/ping.py');

/** Whether an address answers an echo request from a namespace within so many seconds. */
export async function answers(namespace: string, address: string, seconds: number): Promise<boolean> {
  const { code } = await run(['ip', 'netns', 'exec', namespace, 'python3', script, address, String(seconds)]);
  return code === 0;
}
