import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lacksOpenVSwitch } from '../test/kernel/support/ovs.ts';
import type { Effort, Figure, Findings, Row } from './support/figure.ts';
import { deletePort } from './support/ovsdb-line.ts';
import { becomeQuiet } from './support/quiet.ts';
import { root } from './support/root.ts';
import { leaveOutIpv6, makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { median, percentile } from './support/statistics.ts';
import { bridgeOf, namesOf, type Switch, startSwitch } from './support/switch.ts';
import { inSync, makeHome, startVnetd, type Vnetd, writeConfiguration } from './support/vnetd.ts';

const restorers = ['vnetd', 'loop', 'ovs-vsctl'] as const;
type Restorer = (typeof restorers)[number];

/** Samples each series begins with and does not count. */
const WARM_UP = 3;
/** Rest between two drifts, and up to as much again. */
const GAP_MS = 25;
/** What vnetd may take over what Open vSwitch itself takes. */
const MOST_OVER_MS = 2;

/** A port deleted → there again with a number of its own, beside a bare loop and a command. */
export const ovsDrift: Figure = {
  name: 'ovs-drift',
  title: 'Open vSwitch: port deleted → restored',
  async measure(effort) {
    const why = lacksOpenVSwitch();
    if (why !== false) throw new Error(why);
    const measured: Measured[] = [];
    for (const ports of effort.quick ? [10, 200] : [10, 1000]) measured.push(await measure(ports, effort));
    return findingsOf(measured);
  },
};

/** Milliseconds from before the deletion is sent. */
interface Sample {
  /** Until the database has the port again. */
  readonly row: number;
  /** Until ovs-vswitchd has made it. */
  readonly port: number;
}

interface Measured {
  readonly ports: number;
  readonly samples: Readonly<Record<Restorer, Sample[][]>>;
}

interface Place {
  readonly scratch: Scratch;
  readonly namespace: Namespace;
  readonly ovs: Switch;
  readonly vnetd: Vnetd;
  readonly ports: number;
}

async function measure(ports: number, { quick }: Effort): Promise<Measured> {
  const scratch = new Scratch();
  try {
    await becomeQuiet();
    const namespace = await makeNamespace(scratch);
    await leaveOutIpv6(namespace);
    const ovs = await startSwitch(scratch, namespace);
    const home = makeHome(scratch);
    writeConfiguration(home, '10.yaml', bridgeOf(ports, '{ contested: { after: 0 }, sweep: 1h }'));
    const vnetd = await startVnetd(scratch, namespace, home, { args: ['--ovsdb', ovs.address] });
    await inSync(vnetd);
    const samples: Measured['samples'] = { vnetd: [], loop: [], 'ovs-vsctl': [] };
    const [count, series] = quick ? [5, 2] : [40, 6];
    for (let round = 0; round < series; round++) {
      for (let i = 0; i < restorers.length; i++) {
        const restorer = restorers[(i + round) % restorers.length] ?? 'vnetd';
        samples[restorer].push(await seriesOf({ scratch, namespace, ovs, vnetd, ports }, restorer, count));
      }
    }
    return { ports, samples };
  } finally {
    await scratch.close();
  }
}

/** One port after the other is deleted, each some milliseconds after all was quiet. */
async function seriesOf(place: Place, restorer: Restorer, count: number): Promise<Sample[]> {
  const { ovs, ports, vnetd } = place;
  const other = restorer === 'vnetd' ? undefined : await startOther(place, restorer);
  const samples: Sample[] = [];
  for (let i = 0; i < count + WARM_UP; i++) {
    const name = namesOf(ports)[Math.floor(Math.random() * ports)] ?? '';
    await ovs.watch.until(() => ovs.watch.isCaughtUp, 'ovs-vswitchd has caught up');
    await pause(GAP_MS * (1 + Math.random()));
    const sample = await sampleOf(ovs, name, other?.gone);
    if (i >= WARM_UP) samples.push(sample);
  }
  await other?.stop();
  await inSync(vnetd);
  return samples;
}

async function sampleOf(
  { watch, line }: Switch,
  name: string,
  gone: (name: string) => void = () => undefined,
): Promise<Sample> {
  const before = watch.faces.get(name)?.uuid;
  const begun = performance.now();
  const deleted = line.transact(
    ...deletePort(watch.bridges.get('ovsbr0') ?? '', watch.ports.get(name) ?? ''),
  );
  await watch.until(() => watch.faces.get(name)?.uuid !== before, `${name} goes`);
  gone(name);
  const isBack = () => watch.faces.get(name) !== undefined;
  const row = await watch.until(isBack, `${name} is back`);
  const port = await watch.until(() => (watch.faces.get(name)?.ofport ?? 0) > 0, `${name} has a number`);
  await deleted;
  return { row: row - begun, port: port - begun };
}

interface Other {
  gone(name: string): void;
  stop(): Promise<void>;
}

/** Another restorer alone: vnetd stands still meanwhile, and catches up before it is measured again. */
async function startOther(place: Place, restorer: 'loop' | 'ovs-vsctl'): Promise<Other> {
  const { vnetd } = place;
  vnetd.signal('SIGSTOP');
  const other = restorer === 'loop' ? await startLoop(place) : byHand(place);
  return {
    gone: (name) => other.gone(name),
    async stop() {
      await other.stop();
      vnetd.signal('SIGCONT');
    },
  };
}

async function startLoop({ scratch, namespace, ovs }: Place): Promise<Other> {
  const args = [join(root, 'dist/bench/ovs-loop.js'), ovs.socket, ovs.watch.bridges.get('ovsbr0') ?? ''];
  const [command = '', ...words] = [...namespace.enter, process.execPath, ...args];
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  scratch.after(() => child.kill('SIGKILL'));
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    gone: () => undefined,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Somebody who types without delay. */
function byHand({ ovs }: Place): Other {
  let last: Promise<unknown> = Promise.resolve();
  return {
    gone(name) {
      last = ovs.vsctl('add-port', 'ovsbr0', name, '--', 'set', 'Interface', name, 'type=internal');
    },
    stop: async () => void (await last),
  };
}

function findingsOf(measured: readonly Measured[]): Findings {
  const [few, many] = [measured[0], measured.at(-1)];
  const rows = measured.flatMap(rowsOf);
  if (few !== undefined && many !== undefined) rows.push(growthOf(few, many));
  return {
    rows,
    notes: [
      'ms from before a transaction that deletes one port is sent until Open vSwitch has given the port a number again (`ofport`), as one who only follows the database sees it (bench/support/switch.ts).',
      'The loop is a bare Node program that answers the notice of the deletion with the one transaction there has to be (bench/ovs-loop.ts): what it takes Open vSwitch takes. `ovs-vsctl add-port` is started at once when the deletion is seen.',
      'A row that is back before ovs-vswitchd has read that it went leaves the port as it was, number and traffic too; one that comes later has it taken down and made anew. The less somebody takes, the more often it is the former: with a thousand ports one millisecond more decides, and makes the middle jump.',
      'The three take turns; while another restores, vnetd stands still. Open vSwitch switches by itself (`datapath_type: netdev`), without IPv6: each link that comes up says so to all others, and with a thousand ovs-vswitchd then copies packets for minutes.',
    ],
    chart: {
      title: 'Port deleted → restored, p50',
      unit: 'ms',
      groups: measured.map(({ ports }) => `${ports} ports`),
      series: restorers.map((name) => ({
        name,
        values: measured.map(({ samples }) => percentile(all(samples[name], 'port'), 0.5)),
      })),
    },
  };
}

function all(series: readonly Sample[][], what: keyof Sample): number[] {
  return series.flat().map((sample) => sample[what]);
}

function rowsOf({ ports, samples }: Measured): Row[] {
  const of = (name: Restorer, what: keyof Sample, share: number) =>
    percentile(all(samples[name], what), share);
  const others = (what: keyof Sample, share: number) =>
    `loop ${of('loop', what, share).toFixed(1)}, ovs-vsctl ${of('ovs-vsctl', what, share).toFixed(1)}`;
  // Round by round, so that what slows all down for a while counts for none.
  const over = median(
    samples.vnetd.map((one, i) => median(all([one], 'port')) - median(all([samples.loop[i] ?? []], 'port'))),
  );
  const ratio = of('vnetd', 'port', 0.5) / of('ovs-vsctl', 'port', 0.5);
  return [
    {
      what: `1 of ${ports}: p50 (${samples.vnetd.flat().length} samples each)`,
      measured: `${of('vnetd', 'port', 0.5).toFixed(1)} = loop ${over < 0 ? '−' : '+'} ${Math.abs(over).toFixed(1)}, ${ratio.toFixed(2)} × ovs-vsctl`,
      reference: others('port', 0.5),
      aim: `≤ loop + ${MOST_OVER_MS}`,
      met: over <= MOST_OVER_MS,
    },
    {
      what: `1 of ${ports}: p99`,
      measured: of('vnetd', 'port', 0.99).toFixed(1),
      reference: others('port', 0.99),
      aim: `≤ loop + ${MOST_OVER_MS}`,
      met: of('vnetd', 'port', 0.99) <= of('loop', 'port', 0.99) + MOST_OVER_MS,
    },
    {
      what: `1 of ${ports}: until the database has it again, p50`,
      measured: of('vnetd', 'row', 0.5).toFixed(2),
      reference: others('row', 0.5),
      aim: `≤ loop + ${MOST_OVER_MS}`,
      met: of('vnetd', 'row', 0.5) <= of('loop', 'row', 0.5) + MOST_OVER_MS,
    },
  ];
}

/** What one repair costs vnetd, by how many ports there are. */
function growthOf(few: Measured, many: Measured): Row {
  const cost = ({ samples }: Measured) =>
    percentile(all(samples.vnetd, 'row'), 0.5) - percentile(all(samples.loop, 'row'), 0.5);
  const growth = cost(many) - cost(few);
  return {
    what: `until the database has it, over the loop: 1 of ${many.ports} against 1 of ${few.ports}`,
    measured: `${cost(many).toFixed(2)} against ${cost(few).toFixed(2)}`,
    reference: null,
    aim: 'at most 1 more',
    met: growth <= 1,
  };
}
