import { setTimeout as pause } from 'node:timers/promises';
import { lacksOpenVSwitch } from '../test/kernel/support/ovs.ts';
import type { Figure, Findings, Row } from './support/figure.ts';
import { type LoopDelay, loopDelayProbe } from './support/probes.ts';
import { usageOf } from './support/process.ts';
import { becomeQuiet } from './support/quiet.ts';
import { leaveOutIpv6, makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { median, type Spread, spreadOf } from './support/statistics.ts';
import { bridgeOf, namesOf, type Switch, startSwitch } from './support/switch.ts';
import { inSync, makeHome, startVnetd, writeConfiguration } from './support/vnetd.ts';
import { msBetween, witness } from './support/witness.ts';

/** Ports one by one take ovs-vswitchd longer with each: more than these for minutes. */
const MOST_ONE_BY_ONE = 300;

/** What was just started has things to do of its own. */
const REST_MS = 1000;

/** A bridge and its internal ports from nothing, beside ovs-vsctl in one transaction and one by one. */
export const ovsFromNothing: Figure = {
  name: 'ovs-from-nothing',
  title: 'Open vSwitch: ports from nothing',
  async measure({ quick }) {
    const why = lacksOpenVSwitch();
    if (why !== false) throw new Error(why);
    const ports = quick ? 100 : 1000;
    const few = Math.min(ports, MOST_ONE_BY_ONE);
    const [together, oneByOne, ours, fewOfOurs]: [Run[], Run[], Run[], Run[]] = [[], [], [], []];
    for (let round = 0; round < (quick ? 1 : 5); round++) {
      together.push(await inScratch((place) => byHand(place, ports, true)));
      ours.push(await inScratch((place) => byVnetd(place, ports)));
    }
    for (let round = 0; round < (quick ? 1 : 2); round++) {
      oneByOne.push(await inScratch((place) => byHand(place, few, false)));
      fewOfOurs.push(few === ports ? (ours[round] as Run) : await inScratch((place) => byVnetd(place, few)));
    }
    const held = await inScratch((place) => heldBy(place, ports, quick ? 5 : 60));
    return findingsOf({ ports, few, together, oneByOne, ours, fewOfOurs, held });
  },
};

interface Place {
  readonly scratch: Scratch;
  readonly namespace: Namespace;
  readonly ovs: Switch;
}

/** Milliseconds from the first word about it. */
interface Run {
  /** Until each port has a number and ovs-vswitchd has caught up. */
  readonly made: number;
  /** Until each link is up besides. */
  readonly up: number;
  readonly transactions: number;
}

interface Held {
  readonly seconds: number;
  /** Percent of one processor, while ovs-vswitchd writes statistics of all ports. */
  readonly cpu: number;
  readonly rss: number;
  /** While the ports were made. */
  readonly main: LoopDelay;
  readonly keeper: LoopDelay;
}

async function inScratch<T>(measure: (place: Place) => Promise<T>): Promise<T> {
  await becomeQuiet();
  const scratch = new Scratch();
  try {
    const namespace = await makeNamespace(scratch);
    await leaveOutIpv6(namespace);
    return await measure({ scratch, namespace, ovs: await startSwitch(scratch, namespace) });
  } finally {
    await scratch.close();
  }
}

async function byHand({ scratch, namespace, ovs }: Place, ports: number, together: boolean): Promise<Run> {
  const bridge = ['add-br', 'ovsbr0', '--', 'set', 'Bridge', 'ovsbr0', 'datapath_type=netdev'];
  const commands = namesOf(ports).map((name) => [
    ...['add-port', 'ovsbr0', name],
    ...['--', 'set', 'Interface', name, 'type=internal'],
  ]);
  const { seen } = await witness(scratch, namespace, 'arrive', ports + 1);
  await pause(REST_MS);
  const before = ovs.watch.next;
  const begun = process.hrtime.bigint();
  const made = allMade(ovs, ports);
  if (together) await ovs.vsctl(...bridge, ...commands.flatMap((command) => ['--', ...command]));
  else for (const command of [bridge, ...commands]) await ovs.vsctl(...command);
  await made;
  await namespace.batch(['ovsbr0', ...namesOf(ports)].map((name) => `link set ${name} up`));
  return runFrom(begun, await made, await seen, ovs.watch.next - before);
}

async function byVnetd({ scratch, namespace, ovs }: Place, ports: number): Promise<Run> {
  const home = makeHome(scratch);
  // One that runs has read a file before.
  writeConfiguration(home, '00.yaml', 'links: { c0: { kind: veth, peer: d0 } }');
  const vnetd = await startVnetd(scratch, namespace, home, { args: ['--ovsdb', ovs.address] });
  await inSync(vnetd);
  const { seen } = await witness(scratch, namespace, 'arrive', ports + 1);
  await pause(REST_MS);
  const before = ovs.watch.next;
  const begun = process.hrtime.bigint();
  const made = allMade(ovs, ports);
  writeConfiguration(home, '10.yaml', bridgeOf(ports));
  await vnetd.ask('/v1/reload', 'POST');
  await Promise.all([made, seen]);
  await inSync(vnetd);
  return runFrom(begun, await made, await seen, ovs.watch.next - before);
}

function runFrom(begun: bigint, made: bigint, up: bigint, transactions: number): Run {
  return { made: msBetween(begun, made), up: msBetween(begun, up > made ? up : made), transactions };
}

/** When each port has a number and ovs-vswitchd has caught up, on the clock of `process.hrtime`. */
async function allMade({ watch }: Switch, ports: number): Promise<bigint> {
  const names = namesOf(ports);
  const isMade = (name: string) => (watch.faces.get(name)?.ofport ?? 0) > 0;
  await watch.until(
    () => watch.faces.size > ports && watch.isCaughtUp && names.every(isMade),
    `${ports} ports are made`,
  );
  return process.hrtime.bigint();
}

async function heldBy({ scratch, namespace, ovs }: Place, ports: number, seconds: number): Promise<Held> {
  const home = makeHome(scratch);
  const probe = loopDelayProbe(scratch);
  const args = ['--ovsdb', ovs.address];
  const probed = await startVnetd(scratch, namespace, home, { ...probe, args });
  await probe.take(probed);
  writeConfiguration(home, '10.yaml', bridgeOf(ports));
  await inSync(probed, 300_000);
  const { keeper, ...main } = await probe.take(probed);
  await probed.stop();
  // The probe asks each millisecond.
  const vnetd = await startVnetd(scratch, namespace, home, { args });
  await inSync(vnetd);
  await pause(seconds * 1000);
  const before = usageOf(vnetd.pid);
  const begun = performance.now();
  await pause(seconds * 1000);
  const after = usageOf(vnetd.pid);
  const cpu = ((after.cpuMs - before.cpuMs) / (performance.now() - begun)) * 100;
  return { seconds, cpu, rss: after.rssMiB, main, keeper };
}

interface Measured {
  readonly ports: number;
  readonly few: number;
  readonly together: readonly Run[];
  readonly oneByOne: readonly Run[];
  readonly ours: readonly Run[];
  readonly fewOfOurs: readonly Run[];
  readonly held: Held;
}

const spread = (runs: readonly Run[], what: keyof Run) => spreadOf(runs.map((run) => run[what]));
const shown = ({ median, low, high }: Spread) =>
  `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;

function findingsOf({ ports, few, together, oneByOne, ours, fewOfOurs, held }: Measured): Findings {
  const beside = (what: 'made' | 'up') => {
    const ratio = median(ours.map((run, i) => run[what] / (together[i]?.[what] ?? Number.NaN)));
    return {
      measured: `${shown(spread(ours, what))} = ${ratio.toFixed(2)} ×`,
      reference: shown(spread(together, what)),
      aim: '≤ 1.0 ×',
      met: Number(ratio.toFixed(2)) <= 1,
    };
  };
  const faster = spread(oneByOne, 'made').median / spread(fewOfOurs, 'made').median;
  const rows: Row[] = [
    { what: `${ports} internal ports, against one \`ovs-vsctl\``, ...beside('made') },
    { what: `${ports} internal ports, up, against \`ovs-vsctl\` and \`ip -batch\``, ...beside('up') },
    {
      what: `${few} internal ports, against \`ovs-vsctl\` for each`,
      measured: `${shown(spread(fewOfOurs, 'made'))} = ${faster.toFixed(1)} × faster`,
      reference: shown(spread(oneByOne, 'made')),
      aim: '≥ 5 × faster',
      met: faster >= 5,
    },
    {
      what: `transactions for ${ports} ports`,
      measured: shown(spread(ours, 'transactions')),
      reference: `one \`ovs-vsctl\`: ${shown(spread(together, 'transactions'))}`,
      aim: '≤ 2',
      met: spread(ours, 'transactions').high <= 2,
    },
    ...(['main', 'keeper'] as const).map(
      (thread): Row => ({
        what: `loop delay of the ${thread} thread meanwhile, p99`,
        measured: `${held[thread].p99.toFixed(1)} ms (worst ${held[thread].max.toFixed(0)})`,
        reference: null,
        aim: '≤ 20 ms',
        met: held[thread].p99 <= 20,
      }),
    ),
    {
      what: `CPU when idle, ${ports} ports with statistics, a sweep each 30 s`,
      measured: `${held.cpu.toFixed(3)} %`,
      reference: null,
      // V8 tidies up for half a minute after a start, which a quick run does not wait for.
      aim: held.seconds < 60 ? '–' : '≤ 0.5 %',
      met: held.seconds < 60 ? null : held.cpu <= 0.5,
    },
    {
      what: `RSS, ${ports} ports`,
      measured: `${held.rss.toFixed(0)} MiB`,
      reference: null,
      aim: '≤ 90 MiB',
      met: held.rss <= 90,
    },
  ];
  return {
    rows,
    notes: [
      'ms until each port has a number (`ofport`) and ovs-vswitchd has taken up all changes (`cur_cfg`), as one who only follows the database sees it (bench/support/switch.ts). vnetd runs and holds a pair of veths, the clock starts before it is told to read the new file; that of `ovs-vsctl` before it is started, once with all commands in its words, or once for each port.',
      'Up: until the kernel has announced the last link up (bench/floor/arrive.c). ovs-vsctl has no word for that; one `ip -batch` follows it.',
      'Open vSwitch switches by itself (`datapath_type: netdev`), without IPv6: each link that comes up says so to all others, and with a thousand ovs-vswitchd then copies packets for minutes.',
      'Open vSwitch writes the statistics of all ports into its database each 5 s. CPU is that of all threads of vnetd, and RSS its own, started again with all in sync.',
    ],
    chart: {
      title: 'Ports from nothing, median',
      unit: 'ms',
      groups: [`${ports} ports`, `${ports} ports, up`, `${few} ports`],
      series: [
        {
          name: 'vnetd',
          values: [spread(ours, 'made').median, spread(ours, 'up').median, spread(fewOfOurs, 'made').median],
        },
        {
          name: 'one ovs-vsctl',
          values: [spread(together, 'made').median, spread(together, 'up').median, null],
        },
        { name: 'ovs-vsctl for each', values: [null, null, spread(oneByOne, 'made').median] },
      ],
    },
  };
}
