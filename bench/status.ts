import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Figure } from './support/figure.ts';
import { declarationOf, hostOf, makeLinks } from './support/links.ts';
import { root } from './support/root.ts';
import { makeNamespace, Scratch } from './support/scratch.ts';
import { spreadOf } from './support/statistics.ts';
import { inSync, makeHome, startVnetd, writeConfiguration } from './support/vnetd.ts';

/** `vnetctl status` of 1,000 objects, start to prompt. */
export const status: Figure = {
  name: 'status',
  title: '`vnetctl status` of 1,000 objects, start to prompt',
  async measure({ quick }) {
    const scratch = new Scratch();
    try {
      const host = hostOf(1000);
      const namespace = await makeNamespace(scratch);
      await makeLinks(namespace, host);
      const home = makeHome(scratch);
      writeConfiguration(home, '10.yaml', declarationOf(host));
      await inSync(await startVnetd(scratch, namespace, home));
      const socket = join(home.runtime, 'vnetd.sock');
      const commands: Record<string, readonly string[]> = {
        'node -e 0': [process.execPath, '-e', '0'],
        'vnetctl status': [join(root, 'bin/vnetctl'), '--socket', socket, 'status'],
        'ip -d -j link': [...namespace.enter, 'ip', '-d', '-j', 'link'],
      };
      if (existsSync('/usr/bin/networkctl'))
        commands['networkctl list'] = [...namespace.enter, '/usr/bin/networkctl', '--no-pager', 'list'];
      const times = new Map<string, number[]>();
      for (let round = 0; round < (quick ? 5 : 25); round++) {
        for (const [name, command] of Object.entries(commands))
          times.set(name, [...(times.get(name) ?? []), await timed(command)]);
      }
      const of = (name: string) => spreadOf(times.get(name) ?? []);
      const words = (name: string) =>
        `${of(name).median.toFixed(0)} (${of(name).low.toFixed(0)}–${of(name).high.toFixed(0)})`;
      const ratio = of('vnetctl status').median / of('node -e 0').median;
      const others = Object.keys(commands).slice(2);
      return {
        rows: [
          {
            what: '1,000 objects in sync',
            measured: `${words('vnetctl status')} = ${ratio.toFixed(2)} ×`,
            reference: `\`node -e 0\` ${words('node -e 0')}`,
            aim: '≤ 1.5 × an empty Node',
            met: ratio <= 1.5,
          },
          ...others.map((name) => ({
            what: `beside it: \`${name}\``,
            measured: words(name),
            reference: null,
            aim: '–',
            met: null,
          })),
        ],
        notes: ['ms, by turns; output to a pipe.'],
        chart: {
          title: 'Start to prompt',
          unit: 'ms',
          groups: Object.keys(commands),
          series: [{ name: 'median', values: Object.keys(commands).map((name) => of(name).median) }],
        },
      };
    } finally {
      await scratch.close();
    }
  },
};

async function timed([program = '', ...args]: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.resume();
  await once(child, 'close');
  return performance.now() - begun;
}
