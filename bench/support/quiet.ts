import { setTimeout as pause } from 'node:timers/promises';
import { makeNamespace, Scratch } from './scratch.ts';

const QUICK_MS = 120;
const IN_A_ROW = 3;
const PATIENCE_MS = 10 * 60_000;

/**
 * Waits until the kernel's rtnl lock is free: making and deleting one link is quick again, several times in a row.
 *
 * A network namespace full of links is torn down in the background (cleanup_net in net/core/net_namespace.c), which
 * holds that lock, the same for all namespaces, for seconds; whatever is measured meanwhile measures that.
 */
export async function becomeQuiet(): Promise<void> {
  const scratch = new Scratch();
  try {
    const namespace = await makeNamespace(scratch);
    const deadline = performance.now() + PATIENCE_MS;
    for (let quick = 0; quick < IN_A_ROW; ) {
      const begun = performance.now();
      await namespace.batch(['link add probe0 type ifb', 'link del probe0']);
      quick = performance.now() - begun < QUICK_MS ? quick + 1 : 0;
      if (performance.now() > deadline) throw new Error('the kernel does not become quiet');
      await pause(30);
    }
  } finally {
    await scratch.close();
  }
}
