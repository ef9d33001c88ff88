import { setTimeout as pause } from 'node:timers/promises';
import { output } from '../test/kernel/support/command.ts';
import type { Effort, Figure, Findings, Row } from './support/figure.ts';
import { declarationOf, hostOf } from './support/links.ts';
import { usageOf } from './support/process.ts';
import { compiled } from './support/programs.ts';
import { becomeQuiet } from './support/quiet.ts';
import { leaveOutIpv6, makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { median, spreadOf } from './support/statistics.ts';
import { inSync, makeHome, startVnetd, type Vnetd, writeConfiguration } from './support/vnetd.ts';

const drifts = ['mtu', 'down', 'address'] as const;
type Drift = (typeof drifts)[number];
/** Links that drift, on the host and in one of the namespaces. */
const few = hostOf(10);
const WARM_UP = 100;
const GAP_US = 1500;

/** Many namespaces: made from nothing, held, and a drift inside of one beside the same on the host. */
export const namespaces: Figure = {
  name: 'namespaces',
  title: 'Network namespaces',
  async measure(effort) {
    const count = effort.quick ? 20 : 500;
    const rounds = effort.quick ? 1 : 3;
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      theirs.push(await madeByIp(count));
      ours.push(await inScratch((place) => madeByVnetd(place, count)));
    }
    return findingsOf(count, ours, theirs, await inScratch((place) => held(place, count, effort)));
  },
};

interface Place {
  readonly scratch: Scratch;
  readonly host: Namespace;
}

interface Held {
  readonly cpu: number;
  readonly rss: number;
  /** p50 of each series in µs, by drift. */
  readonly inside: Readonly<Record<Drift, number[]>>;
  readonly outside: Readonly<Record<Drift, number[]>>;
}

async function inScratch<T>(measure: (place: Place) => Promise<T>): Promise<T> {
  await becomeQuiet();
  const scratch = new Scratch();
  try {
    return await measure({ scratch, host: await makeNamespace(scratch) });
  } finally {
    await scratch.close();
  }
}

/** Names of namespaces are the machine's: those of a run that was broken off are swept up by them. */
const nameOf = (number: number) => `vnetd-bench-${process.pid}-q${number}`;
const addressOf = (number: number) => `10.${1 + Math.floor(number / 250)}.${number % 250}.1/24`;

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, number) => number);
}

/** A veth into a bridge of the host each; in the first there are links to drift, and as many on the host. */
function declaration(count: number, sweep: string): string {
  const links = declarationOf(few).split('\n').slice(1, -1);
  const ports = numbers(count).map((number) => `v${number}`);
  return [
    `daemon: { contested: { after: 0 }, sweep: ${sweep} }`,
    'links:',
    ...links,
    `  hub: { kind: bridge, ports: [${ports.join(', ')}] }`,
    ...numbers(count).map((number) => `  v${number}: { kind: veth, peer: ${nameOf(number)}/eth0 }`),
    'namespaces:',
    ...numbers(count).flatMap((number) => [
      `  ${nameOf(number)}:`,
      '    links:',
      `      eth0: { kind: veth, addresses: [${addressOf(number)}] }`,
      ...(number === 0 ? links.map((line) => `    ${line}`) : []),
    ]),
    '',
  ].join('\n');
}

/** Deletes the namespaces that are there; vnetd leaves them when it is killed. */
async function dropAll(count: number): Promise<void> {
  const there = new Set(
    (await output(['ip', 'netns', 'list'])).split('\n').map((line) => line.split(' ')[0]),
  );
  const lines = numbers(count)
    .map(nameOf)
    .filter((name) => there.has(name))
    .map((name) => `netns del ${name}`);
  if (lines.length > 0) await output(['ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

async function madeByVnetd({ scratch, host }: Place, count: number): Promise<number> {
  const home = makeHome(scratch);
  scratch.after(() => dropAll(count));
  const vnetd = await startVnetd(scratch, host, home);
  writeConfiguration(home, '10.yaml', declaration(count, '1h'));
  const begun = performance.now();
  await inSync(vnetd);
  return performance.now() - begun;
}

/** The fewest commands: one batch for all names, one for the host, one in each namespace. */
async function madeByIp(count: number): Promise<number> {
  return inScratch(async ({ scratch, host }) => {
    scratch.after(() => dropAll(count));
    const begun = performance.now();
    await host.batch(numbers(count).map((number) => `netns add ${nameOf(number)}`));
    await host.batch([
      'link add hub up type bridge',
      ...numbers(count).map(
        (number) => `link add v${number} up master hub type veth peer name eth0 netns ${nameOf(number)}`,
      ),
    ]);
    for (const number of numbers(count)) {
      const input = `link set eth0 up\naddr add ${addressOf(number)} dev eth0\n`;
      await output(['ip', '-n', nameOf(number), '-batch', '-'], { input });
    }
    return performance.now() - begun;
  });
}

async function held({ scratch, host }: Place, count: number, { quick }: Effort): Promise<Held> {
  await leaveOutIpv6(host);
  const home = makeHome(scratch);
  scratch.after(() => dropAll(count));
  writeConfiguration(home, '10.yaml', declaration(count, '1h'));
  const vnetd = await startVnetd(scratch, host, home);
  await inSync(vnetd);
  await pause(quick ? 2000 : 60_000);
  const { cpu, rss } = await idling(vnetd, quick ? 3 : 60);
  const first = { enter: ['nsenter', `--net=/run/netns/${nameOf(0)}`] };
  const inside: Record<Drift, number[]> = { mtu: [], down: [], address: [] };
  const outside: Record<Drift, number[]> = { mtu: [], down: [], address: [] };
  for (let round = 1; round <= (quick ? 2 : 5); round++) {
    for (const drift of drifts) {
      outside[drift].push(await seriesOf(host, drift, round, quick));
      inside[drift].push(await seriesOf(first, drift, round, quick));
    }
  }
  return { cpu, rss, inside, outside };
}

async function idling(
  { pid }: Vnetd,
  seconds: number,
): Promise<{ readonly cpu: number; readonly rss: number }> {
  const before = usageOf(pid);
  await pause(seconds * 1000);
  const after = usageOf(pid);
  return { cpu: (after.cpuMs - before.cpuMs) / (seconds * 10), rss: after.rssMiB };
}

/** p50 in µs of drifts made and seen in one namespace. */
async function seriesOf(
  { enter }: Pick<Namespace, 'enter'>,
  drift: Drift,
  seed: number,
  quick: boolean,
): Promise<number> {
  const links = drift === 'address' ? few.pairs : few.ifbs;
  const args = [drift, links, (quick ? 100 : 420) + WARM_UP, GAP_US, seed].map(String);
  const lines = (await output([...enter, compiled('observe'), ...args])).trim().split('\n');
  return median(lines.slice(WARM_UP).map((line) => Number(line) / 1000));
}

function findingsOf(
  count: number,
  ours: number[],
  theirs: number[],
  { cpu, rss, inside, outside }: Held,
): Findings {
  const made = spreadOf(ours.map((one, i) => one / (theirs[i] ?? Number.NaN)));
  const rows: Row[] = [
    {
      what: `${count} namespaces with a veth into a bridge each, from nothing`,
      measured: `${median(ours).toFixed(0)} ms = ${made.median.toFixed(2)} × (${made.low.toFixed(2)}–${made.high.toFixed(2)})`,
      reference: `\`ip -batch\` and \`ip -n\`: ${median(theirs).toFixed(0)} ms`,
      aim: '≤ 1.0 ×',
      met: made.median <= 1,
    },
    ...drifts.map((drift): Row => {
      const ratio = spreadOf(inside[drift].map((one, i) => one / (outside[drift][i] ?? Number.NaN)));
      return {
        what: `${drift} in a namespace, drift → restored, p50`,
        measured: `${median(inside[drift]).toFixed(0)} µs = ${ratio.median.toFixed(2)} × (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})`,
        reference: `on the host ${median(outside[drift]).toFixed(0)} µs`,
        aim: '≤ 1.2 ×',
        met: ratio.median <= 1.2,
      };
    }),
    {
      what: 'CPU when idle',
      measured: `${cpu.toFixed(3)} %`,
      reference: null,
      aim: '≤ 0.1 %',
      met: cpu <= 0.1,
    },
    { what: 'RSS', measured: `${rss.toFixed(0)} MiB`, reference: null, aim: '–', met: null },
  ];
  return {
    rows,
    notes: [
      'From nothing: vnetd runs with an empty folder, the clock starts when it is told to read the new file and ends when all is in sync; `ip` makes what it can in two batches, and enters each namespace once.',
      'A drift is made and its repair seen inside the namespace (bench/floor/observe.c), in turns with the same on the host, by one vnetd that holds all of them.',
    ],
    chart: {
      title: 'Drift → restored, p50',
      unit: 'µs',
      groups: [...drifts],
      series: [
        { name: 'on the host', values: drifts.map((drift) => median(outside[drift])) },
        { name: 'in a namespace', values: drifts.map((drift) => median(inside[drift])) },
      ],
    },
  };
}
