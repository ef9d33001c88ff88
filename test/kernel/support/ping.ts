import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { run } from './command.ts';
import type { Daemon } from './daemon.ts';
import { inSync, unheard, within } from './keeping.ts';
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

/** What somebody may do to the world, by what it is called. */
export type Drifts = Readonly<Record<string, () => Promise<unknown>>>;

/** After each drift `to` is silent while vnetd stands still, and answers again when it goes on; all is in sync then. */
export async function comesBack(
  t: TestContext,
  daemon: Daemon,
  { from, to }: { readonly from: string; readonly to: string },
  drifts: Drifts,
  andThen: () => Promise<void> = async () => undefined,
): Promise<void> {
  for (const [what, drift] of Object.entries(drifts))
    await t.test(what, async () => {
      await unheard(daemon, async () => {
        await drift();
        await isSilent(from, to);
      });
      await until(() => answers(from, to, 0.5), { within, what: `${to} answers ${from}` });
      await inSync(daemon);
      await andThen();
    });
}
