import { resolve } from 'node:path';
import { output } from './command.ts';
import type { Daemon } from './daemon.ts';
import { unheard } from './keeping.ts';
import type { Namespace } from './namespace.ts';

const resizer = resolve(import.meta.dirname, '../../../../test/kernel/support/receive-buffer.py');
const LARGE = 64 * 1024 * 1024;

/**
 * Does something whose notices are lost to vnetd: its socket has next to no room, and is full before.
 * `noise` is a link nobody declared, whose changes fill it.
 */
export async function lost(
  daemon: Daemon,
  ns: Namespace,
  noise: string,
  work: () => Promise<unknown>,
): Promise<void> {
  await unheard(daemon, async () => {
    await resize(daemon, 1);
    await ns.ipBatch(Array.from({ length: 20 }, (_, i) => `link set ${noise} mtu ${1400 + i}`));
    await work();
    await resize(daemon, LARGE);
  });
}

/** Gives the socket of vnetd room for so many bytes of notices. */
export async function resize({ pid }: Daemon, bytes: number): Promise<void> {
  await output(['/usr/bin/python3', resizer, String(pid), String(bytes)]);
}
