import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { output } from '../test/kernel/support/command.ts';
import type { Effort, Figure, Findings, Row } from './support/figure.ts';
import { declarationOf, type Host, hostOf, makeLinks } from './support/links.ts';
import { compiled } from './support/programs.ts';
import { becomeQuiet } from './support/quiet.ts';
import { root } from './support/root.ts';
import { leaveOutIpv6, makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { median, percentile, type Spread, spreadOf } from './support/statistics.ts';
import { inSync, makeHome, startVnetd, type Vnetd, writeConfiguration } from './support/vnetd.ts';

const drifts = ['mtu', 'down', 'master', 'delete', 'address'] as const;
type Drift = (typeof drifts)[number];
const restorers = ['vnetd', 'floor', 'loop'] as const;
type Restorer = (typeof restorers)[number];

/** Samples each series begins with and does not count: code gets warm, caches fill. */
const WARM_UP = 100;
/** Between two drifts, and up to as much again: a drift meets a restorer that rests. */
const GAP_US = 1500;

/** A quick run begins no second round of a size after so long, and no other drift after twice that. */
const QUICK_MS = 15_000;

/** Drift → restored, beside the least a C program and a bare Node loop can do. */
export const drift: Figure = {
  name: 'drift',
  title: 'Drift → restored',
  async measure(effort) {
    const measured: Measured[] = [];
    for (const size of effort.quick ? [10, 1000] : [10, 1000, 4000, 10_000]) {
      measured.push(...(await measureHost(hostOf(size), effort)));
    }
    return findingsOf(measured);
  },
};

/** The series of one drift at one size: all samples in µs, by restorer, a list a round. */
interface Measured {
  readonly size: number;
  readonly drift: Drift;
  readonly rounds: Readonly<Record<Restorer, number[][]>>;
}

async function measureHost(host: Host, { quick }: Effort): Promise<Measured[]> {
  const scratch = new Scratch();
  try {
    await becomeQuiet();
    const namespace = await makeNamespace(scratch);
    await leaveOutIpv6(namespace);
    await makeLinks(namespace, host);
    const home = makeHome(scratch);
    writeConfiguration(home, '10.yaml', declarationOf(host, '{ contested: { after: 0 } }'));
    const vnetd = await startVnetd(scratch, namespace, home);
    await inSync(vnetd);
    const measured: Measured[] = [];
    const deadline = performance.now() + QUICK_MS;
    for (const one of drifts) {
      if (quick && performance.now() > deadline + QUICK_MS) break;
      measured.push(await measureDrift({ scratch, namespace, vnetd, host }, one, quick, deadline));
    }
    return measured;
  } finally {
    await scratch.close();
  }
}

interface Place {
  readonly scratch: Scratch;
  readonly namespace: Namespace;
  readonly vnetd: Vnetd;
  readonly host: Host;
}

/** Short series of each restorer in turn, in another order each round, so that noise meets all alike. */
async function measureDrift(place: Place, drift: Drift, quick: boolean, deadline: number): Promise<Measured> {
  const rounds = { vnetd: [] as number[][], floor: [] as number[][], loop: [] as number[][] };
  // The kernel takes tens of milliseconds for each deletion.
  const [count, series] = quick ? (drift === 'delete' ? [10, 2] : [100, 2]) : [420, 5];
  for (let round = 0; round < series && (round === 0 || !quick || performance.now() < deadline); round++) {
    for (let i = 0; i < restorers.length; i++) {
      const restorer = restorers[(i + round) % restorers.length] ?? 'vnetd';
      rounds[restorer].push(await seriesOf(place, restorer, drift, count, round + 1, quick));
    }
  }
  return { size: place.host.size, drift, rounds };
}

async function seriesOf(
  { scratch, namespace, vnetd, host }: Place,
  restorer: Restorer,
  drift: Drift,
  count: number,
  seed: number,
  quick: boolean,
): Promise<number[]> {
  const links = drift === 'master' || drift === 'address' ? host.pairs : host.ifbs;
  const [warmUp, gap] = quick && drift === 'delete' ? [3, GAP_US] : [WARM_UP, GAP_US];
  const other =
    restorer === 'vnetd'
      ? undefined
      : await startOther(scratch, namespace, vnetd, restorer, [drift, String(links)]);
  try {
    const args = [drift, links, count + warmUp, gap, seed].map(String);
    const lines = await output([...namespace.enter, compiled('observe'), ...args]);
    return lines
      .trim()
      .split('\n')
      .slice(warmUp)
      .map((line) => Number(line) / 1000);
  } finally {
    await other?.stop();
  }
}

/** Another restorer alone: vnetd stands still meanwhile, and catches up before it is measured again. */
async function startOther(
  scratch: Scratch,
  namespace: Namespace,
  vnetd: Vnetd,
  restorer: 'floor' | 'loop',
  args: string[],
) {
  const program =
    restorer === 'floor' ? [compiled('restore')] : [process.execPath, join(root, 'dist/bench/node-loop.js')];
  vnetd.signal('SIGSTOP');
  const [command = '', ...words] = [...namespace.enter, ...program, ...args];
  const child: ChildProcess = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  scratch.after(() => child.kill('SIGKILL'));
  if (child.stdout !== null) await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    async stop() {
      child.kill('SIGKILL');
      await ended;
      vnetd.signal('SIGCONT');
      await inSync(vnetd);
    },
  };
}

function findingsOf(measured: readonly Measured[]): Findings {
  const rows = measured.flatMap(rowsOf);
  for (const one of drifts) rows.push(...growthOf(measured.filter(({ drift }) => drift === one)));
  const groups = measured.map(({ drift, size }) => `${drift} ${size}`);
  return {
    rows,
    notes: [
      'Without IPv6 in the namespace: with it the kernel’s own share grows with the number of links (leaveOutIpv6 in bench/support/scratch.ts).',
      'µs from before the foreign request is sent to the notice of the repair, seen by one outside observer (bench/floor/observe.c); the rest in turns: vnetd, the floor in C (bench/floor/restore.c), a bare Node loop with the addon (bench/node-loop.ts).',
      'Deleting an ifb takes the kernel 14 ms and more, in which it waits for all processors with its lock held: no p99 of `delete` can be within 1 ms, the floor’s neither.',
      'A ratio is the median over the rounds of the ratio of their p50s; in brackets between what it lay.',
    ],
    chart: {
      title: 'Drift → restored, p50',
      unit: 'µs',
      logarithmic: true,
      groups,
      series: restorers.map((name) => ({
        name: names[name],
        values: measured.map(({ rounds }) => percentile(rounds[name].flat(), 0.5)),
      })),
    },
  };
}

const names: Readonly<Record<Restorer, string>> = {
  vnetd: 'vnetd',
  floor: 'floor (C)',
  loop: 'bare Node loop',
};

function rowsOf({ drift, size, rounds }: Measured): Row[] {
  const p50 = (name: Restorer) => percentile(rounds[name].flat(), 0.5);
  const p99 = (name: Restorer) => percentile(rounds[name].flat(), 0.99);
  const overFloor = ratio(rounds.vnetd, rounds.floor);
  const overLoop = ratio(rounds.vnetd, rounds.loop);
  const samples = rounds.vnetd.flat().length;
  const what = `${drift}, ${size} links`;
  return [
    {
      what: `${what}: p50 (${samples} samples each)`,
      measured: `${p50('vnetd').toFixed(0)} = ${shown(overFloor)} × floor, ${shown(overLoop)} × loop`,
      reference: `floor ${p50('floor').toFixed(0)}, loop ${p50('loop').toFixed(0)}`,
      aim: '≤ 1.7 × floor, ≤ 1.3 × loop',
      met: overFloor.median <= 1.7 && overLoop.median <= 1.3,
    },
    {
      what: `${what}: p99`,
      measured: p99('vnetd').toFixed(0),
      reference: `floor ${p99('floor').toFixed(0)}, loop ${p99('loop').toFixed(0)}`,
      aim: '≤ 1000',
      met: p99('vnetd') <= 1000,
    },
  ];
}

function ratio(these: readonly number[][], those: readonly number[][]): Spread {
  return spreadOf(these.map((one, i) => median(one) / median(those[i] ?? [])));
}

function shown({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
}

/** How p50 grows from the smallest host to the largest. */
function growthOf(measured: readonly Measured[]): Row[] {
  const [few, many] = [measured.at(0), measured.at(-1)];
  if (few === undefined || many === undefined || few === many) return [];
  const growth = (name: Restorer) => median(many.rounds[name].flat()) / median(few.rounds[name].flat());
  return [
    {
      what: `${few.drift}: p50 at ${many.size} links against ${few.size}`,
      measured: `${growth('vnetd').toFixed(2)} ×`,
      reference: `floor ${growth('floor').toFixed(2)} ×`,
      aim: '≤ 1.2 ×',
      met: growth('vnetd') <= 1.2,
    },
  ];
}
