import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Arrivals } from '../support/arrivals.ts';
import { readLines, type Test } from '../support/command.ts';
import type { Namespace } from '../support/namespace.ts';

const script = resolve(import.meta.dirname, '../../../../test/kernel/cookbook/guest.py');

/** Starts what stands for a virtual machine: it answers ping for its address behind a tap it makes, or a macvtap once there is one. */
export async function startGuest(
  t: Test,
  host: Namespace,
  kind: 'tap' | 'macvtap',
  link: string,
  address: string,
): Promise<undefined> {
  const guest = spawn('ip', ['netns', 'exec', host.name, '/usr/bin/python3', script, kind, link, address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => guest.kill('SIGKILL'));
  const lines = new Arrivals<string>();
  readLines(guest.stdout, lines, (line) => line);
  guest.on('close', () => lines.end());
  const awaited = kind === 'tap' ? 'open' : 'here';
  await lines.first((line) => line === awaited, { within: 10_000, what: 'the guest runs' });
}
