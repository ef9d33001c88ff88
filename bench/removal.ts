import { output } from '../test/kernel/support/command.ts';
import type { Figure } from './support/figure.ts';
import { declarationOf, type Host, hostOf, makeLinks } from './support/links.ts';
import { compiled } from './support/programs.ts';
import { leaveOutIpv6, makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { percentile } from './support/statistics.ts';
import { inSync, makeHome, startVnetd, type Vnetd, writeConfiguration } from './support/vnetd.ts';
import { witness } from './support/witness.ts';

/** Every link has to be gone then; what goes on longer is told as it is. */
const PATIENCE_MS = 120_000;

/** Removing 1,000 links while drifts go on. */
export const removal: Figure = {
  name: 'removal',
  title: 'Removing 1,000 links while drifts go on',
  async measure({ quick }) {
    const removed = quick ? 100 : 1000;
    const samples = quick ? 150 : 2000;
    const patience = quick ? 20_000 : PATIENCE_MS;
    const scratch = new Scratch();
    try {
      const host = hostOf(1000);
      const namespace = await makeNamespace(scratch);
      await leaveOutIpv6(namespace);
      await makeLinks(namespace, host);
      const home = makeHome(scratch);
      const base = declarationOf(host, '{ contested: { after: 0 } }');
      const goers = Array.from({ length: removed }, (_, i) => `g${i}`);
      writeConfiguration(home, '10.yaml', base);
      writeConfiguration(
        home,
        '20.yaml',
        `links:\n${goers.map((name) => `  ${name}: { kind: ifb }\n`).join('')}`,
      );
      const vnetd = await startVnetd(scratch, namespace, home);
      await inSync(vnetd);
      const before = await observe(namespace, host, samples);
      writeConfiguration(home, '20.yaml', 'links: {}\n');
      const reloaded = vnetd.ask('/v1/reload', 'POST');
      reloaded.catch(() => undefined); // vnetd may be ended before it answers
      const during: number[] = [];
      const begun = performance.now();
      while ((await remaining(namespace)) > 0 && performance.now() - begun < PATIENCE_MS)
        during.push(...(await observe(namespace, host, 50)));
      const took = performance.now() - begun;
      const left = await remaining(namespace);
      if (left > 0)
        throw new Error(`${left} of ${removed} links were still there after ${patience / 1000} s`);
      await reloaded;
      await inSync(vnetd);
      const reference = await floorDuring(scratch, namespace, vnetd, host, removed);
      const p = (values: readonly number[], share: number) => percentile(values, share).toFixed(0);
      const [p99Before, p99During, p99Floor] = [before, during, reference].map((one) =>
        percentile(one, 0.99),
      ) as [number, number, number];
      const words = (values: readonly number[]) =>
        `p50 ${p(values, 0.5)}, p99 ${p(values, 0.99)} µs (${values.length} samples)`;
      return {
        rows: [
          { what: 'repairs before', measured: words(before), reference: null, aim: '–', met: null },
          {
            what: `repairs while ${removed} links are removed (${(took / 1000).toFixed(1)} s)`,
            measured: `${words(during)}, p99 ${(p99During / p99Before).toFixed(1)} × before`,
            reference: `the floor beside \`ip -batch\` deleting as many: ${words(reference)}`,
            aim: 'p99 unchanged (≤ 1.2 ×), or that of the floor',
            met: p99During <= Math.max(1.2 * p99Before, 1.2 * p99Floor),
          },
        ],
        notes: [
          'A deletion holds the kernel’s rtnl lock while it waits for all processors (synchronize_net); whoever makes the drift, or repairs it, waits for that. Hence the floor under the same load.',
        ],
        chart: {
          title: 'Repairs while links are removed',
          unit: 'µs',
          logarithmic: true,
          groups: ['p50', 'p99'],
          series: [
            { name: 'before', values: [percentile(before, 0.5), p99Before] },
            { name: 'during', values: [percentile(during, 0.5), p99During] },
            { name: 'floor beside ip -batch', values: [percentile(reference, 0.5), p99Floor] },
          ],
        },
      };
    } finally {
      await scratch.close();
    }
  },
};

async function observe({ enter }: Namespace, { ifbs }: Host, count: number): Promise<number[]> {
  const lines = await output([
    ...enter,
    compiled('observe'),
    'mtu',
    String(ifbs),
    String(count),
    '1000',
    '9',
  ]);
  return lines
    .trim()
    .split('\n')
    .map((line) => Number(line) / 1000);
}

async function remaining({ enter }: Namespace): Promise<number> {
  const names = await output([...enter, 'ip', '-br', 'link']);
  return names.split('\n').filter((line) => line.startsWith('g')).length;
}

/** The floor repairs while somebody deletes as many links as fast as can be. */
async function floorDuring(
  scratch: Scratch,
  namespace: Namespace,
  vnetd: Vnetd,
  host: Host,
  removed: number,
): Promise<number[]> {
  const names = Array.from({ length: removed }, (_, i) => `g${i}`);
  await vnetd.stop();
  await namespace.batch(names.map((name) => `link add ${name} type ifb`));
  await witness(scratch, namespace, 'restore', 'mtu', host.ifbs);
  const deleting = namespace.batch(names.map((name) => `link del ${name}`));
  let going = true;
  const ended = deleting.finally(() => {
    going = false;
  });
  const samples: number[] = [];
  while (going) samples.push(...(await observe(namespace, host, 50)));
  await ended;
  return samples;
}
