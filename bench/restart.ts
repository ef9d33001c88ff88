import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { output } from '../test/kernel/support/command.ts';
import type { Figure, Row } from './support/figure.ts';
import { declarationOf, hostOf, makeLinks } from './support/links.ts';
import { makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { type Spread, spreadOf } from './support/statistics.ts';
import { type Home, inSync, makeHome, startVnetd, writeConfiguration } from './support/vnetd.ts';

/** No notice for so long: the kernel has nothing more to tell of the links just made. */
const QUIET_MS = 3000;

/** Nothing to do: restart on a host in sync, until READY=1. */
export const restart: Figure = {
  name: 'restart',
  title: 'Restart with nothing to do, until READY=1',
  async measure({ quick }) {
    const host = hostOf(quick ? 1000 : 10_000);
    const scratch = new Scratch();
    try {
      const namespace = await makeNamespace(scratch);
      await makeLinks(namespace, host);
      const home = makeHome(scratch);
      writeConfiguration(home, '10.yaml', declarationOf(host));
      await oneStart(namespace, home);
      const times = { ip: [] as number[], cached: [] as number[], uncached: [] as number[] };
      const changes = await countNotices(scratch, namespace, async () => {
        for (let round = 0; round < (quick ? 2 : 7); round++) {
          times.ip.push(await timed([...namespace.enter, 'ip', '-d', '-j', 'link']));
          times.cached.push(await oneStart(namespace, home));
          forget(home);
          times.uncached.push(await oneStart(namespace, home));
        }
      });
      const ip = spreadOf(times.ip);
      const row = (what: string, found: Spread, most: number): Row => ({
        what: `${host.size} links, ${what}`,
        measured: `${words(found)} = ${(found.median / ip.median).toFixed(2)} ×`,
        reference: `\`ip -d -j link\` ${words(ip)}`,
        aim: `≤ ${most} ×`,
        met: found.median <= most * ip.median,
      });
      const [cached, uncached] = [spreadOf(times.cached), spreadOf(times.uncached)];
      return {
        rows: [
          row('compiled declaration kept', cached, 2),
          row('without it', uncached, 4),
          {
            what: 'netlink notices during all restarts',
            measured: String(changes),
            reference: null,
            aim: '0',
            met: changes === 0,
          },
        ],
        notes: ['ms from before vnetd is spawned, so Node’s own start (see vnetctl status) is in it.'],
        chart: {
          title: `Restart with ${host.size} links in sync, until READY=1`,
          unit: 'ms',
          groups: ['ip -d -j link', 'kept declaration', 'without'],
          series: [{ name: 'median', values: [ip.median, cached.median, uncached.median] }],
        },
      };
    } finally {
      await scratch.close();
    }
  },
};

async function oneStart(namespace: Namespace, home: Home): Promise<number> {
  const scratch = new Scratch();
  try {
    const vnetd = await startVnetd(scratch, namespace, home);
    await inSync(vnetd);
    await vnetd.stop();
    return vnetd.readyMs;
  } finally {
    await scratch.close();
  }
}

/** Takes away what the state folder keeps beside the history: compiled declarations. */
function forget({ state }: Home): void {
  for (const name of readdirSync(state)) {
    if (!name.startsWith('history')) rmSync(join(state, name), { recursive: true });
  }
}

async function timed(command: readonly string[]): Promise<number> {
  const begun = performance.now();
  await output(command);
  return performance.now() - begun;
}

async function countNotices(
  scratch: Scratch,
  namespace: Namespace,
  work: () => Promise<void>,
): Promise<number> {
  const monitor = spawn('nsenter', [namespace.enter[1] ?? '', 'ip', '-o', 'monitor', 'link', 'address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  scratch.after(() => monitor.kill('SIGKILL'));
  let lines = 0;
  let lastAt = performance.now();
  monitor.stdout.on('data', (chunk: Buffer) => {
    lines += chunk.toString().split('\n').length - 1;
    lastAt = performance.now();
  });
  // The links are new: their IPv6 addresses come and settle for a while (DAD).
  while (performance.now() - lastAt < QUIET_MS) await pause(QUIET_MS / 10);
  lines = 0;
  await work();
  return lines;
}

function words({ median, low, high }: Spread): string {
  return `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
}
