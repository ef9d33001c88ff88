import { setTimeout as pause } from 'node:timers/promises';
import { churn } from './support/churn.ts';
import type { Effort, Figure, Row } from './support/figure.ts';
import { declarationOf, hostOf, makeLinks } from './support/links.ts';
import { usageOf } from './support/process.ts';
import { becomeQuiet } from './support/quiet.ts';
import { makeNamespace, Scratch } from './support/scratch.ts';
import { inSync, makeHome, startVnetd, type Vnetd, writeConfiguration } from './support/vnetd.ts';

const VETHS_A_SECOND = 50;

/** What vnetd costs while nothing is to be done. */
export const idle: Figure = {
  name: 'idle',
  title: 'Idle, all in sync',
  async measure(effort) {
    const measured: Measured[] = [];
    for (const size of effort.quick ? [1000] : [1000, 10_000]) measured.push(await measureHost(size, effort));
    return {
      rows: measured.flatMap(rowsOf),
      notes: [
        `CPU of all threads over ${effort.quick ? 3 : 60} s, as a share of one processor; RSS at the end of each.`,
        'Foreign veth pairs come and go in the same namespace (bench/support/churn.ts).',
      ],
      chart: {
        title: 'CPU while nothing is to be done',
        unit: '% of one processor',
        groups: ['between sweeps', 'with sweeps', `${VETHS_A_SECOND} veths/s`],
        series: measured.map(({ size, quiet, sweeping, churned }) => ({
          name: `${size} links`,
          values: [quiet.cpu, sweeping.cpu, churned.cpu],
        })),
      },
    };
  },
};

interface Sample {
  /** Percent of one processor. */
  readonly cpu: number;
  readonly rss: number;
}

interface Measured {
  readonly size: number;
  readonly quick: boolean;
  readonly quiet: Sample;
  readonly sweeping: Sample;
  readonly churned: Sample;
  readonly comingAndGoing: number;
}

async function measureHost(size: number, { quick }: Effort): Promise<Measured> {
  const seconds = quick ? 3 : 60;
  const scratch = new Scratch();
  try {
    await becomeQuiet();
    const host = hostOf(size);
    const namespace = await makeNamespace(scratch);
    await makeLinks(namespace, host);
    const home = makeHome(scratch);
    const declare = async (vnetd: Vnetd | undefined, sweep: string) => {
      writeConfiguration(home, '10.yaml', declarationOf(host, `{ sweep: ${sweep} }`));
      if (vnetd !== undefined) await inSync(vnetd);
      await pause(quick ? 1000 : 10_000);
    };
    await declare(undefined, '1h');
    const first = await startVnetd(scratch, namespace, home);
    await inSync(first);
    await first.stop();
    // What a start with a compiled declaration needs is what a host in service pays.
    const vnetd = await startVnetd(scratch, namespace, home);
    // V8 tidies up for a minute after a start.
    await pause(quick ? 1500 : 60_000);
    const quiet = await sampled(vnetd, seconds);
    const coming = churn(scratch, namespace, VETHS_A_SECOND);
    const churned = await sampled(vnetd, seconds);
    const comingAndGoing = await coming.stop();
    await declare(vnetd, quick ? '1s' : '30s');
    const sweeping = await sampled(vnetd, seconds);
    return { size, quick, quiet, sweeping, churned, comingAndGoing };
  } finally {
    await scratch.close();
  }
}

async function sampled({ pid }: Vnetd, seconds: number): Promise<Sample> {
  const before = usageOf(pid);
  const begun = performance.now();
  await pause(seconds * 1000);
  const after = usageOf(pid);
  return { cpu: ((after.cpuMs - before.cpuMs) / (performance.now() - begun)) * 100, rss: after.rssMiB };
}

function rowsOf({ size, quick, quiet, sweeping, churned, comingAndGoing }: Measured): Row[] {
  const row = (what: string, found: number, unit: string, most: number): Row => ({
    what: `${size} links, ${what}`,
    measured: `${found.toFixed(unit === '%' ? 3 : 0)} ${unit}`,
    reference: null,
    aim: `≤ ${most} ${unit}`,
    met: found <= most,
  });
  const most = size <= 1000 ? 90 : 200;
  return [
    row('CPU between sweeps', quiet.cpu, '%', 0.1),
    // A quick run has no time for the sweep's 30 s.
    quick
      ? { ...row('CPU with a sweep each second', sweeping.cpu, '%', 0.5), aim: '–', met: null }
      : row('CPU with sweeps, one in 30 s', sweeping.cpu, '%', 0.5),
    row(`CPU, ${comingAndGoing.toFixed(0)} veth pairs a second`, churned.cpu, '%', 3),
    row('RSS when started', quiet.rss, 'MiB', most),
    row('RSS after the veths and an edit', sweeping.rss, 'MiB', most),
  ];
}
