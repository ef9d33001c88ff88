import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { output } from '../test/kernel/support/command.ts';
import type { Effort, Figure, Row } from './support/figure.ts';
import { countOf, eventsOf } from './support/journal.ts';
import { declarationOf, hostOf, makeLinks } from './support/links.ts';
import { type LoopDelay, loopDelayProbe } from './support/probes.ts';
import { usageOf } from './support/process.ts';
import { compiled } from './support/programs.ts';
import { becomeQuiet } from './support/quiet.ts';
import { makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { dropsOf } from './support/socket.ts';
import { percentile } from './support/statistics.ts';
import { type Home, inSync, makeHome, startVnetd, type Vnetd, writeConfiguration } from './support/vnetd.ts';
import { msBetween } from './support/witness.ts';

const PROCESSES = 8;
const PATIENCE_MS = 180_000;
/** No line of the log for so long: everything is told. */
const TOLD_MS = 5000;

/** Eight processes change links as fast as `ip -batch` can. */
export const storm: Figure = {
  name: 'storm',
  title: 'A storm: 8 processes, 2,000 links',
  async measure(effort) {
    const held = await brew('{ contested: { after: 0 } }', effort);
    const contested = await brew('{}', effort);
    return {
      rows: [
        ...rowsHeld(held),
        ...rowsContested(contested),
        ...rowsOfBoth('held', held),
        ...rowsOfBoth('contested', contested),
      ],
      notes: [
        `${effort.quick ? 3 : 30} s; each process sets mtu and down on its own eighth, over and over. “held”: contested: { after: 0 }; “contested”: the default.`,
        'In sync is asked of the kernel (bench/floor/await.c). Losses: drops of the socket in /proc/net/netlink.',
      ],
      chart: {
        title: 'A storm',
        unit: 'ms',
        logarithmic: true,
        groups: ['loop delay p99', 'status answer, worst', 'in sync after the last change'],
        series: [
          { name: 'held', values: [held.delay.p99, Math.max(...held.answers), held.calmMs] },
          { name: 'contested', values: [contested.delay.p99, Math.max(...contested.answers), null] },
        ],
      },
    };
  },
};

interface Storm {
  readonly changesASecond: number;
  /** From the last change until the kernel shows all as declared; null if that is not waited for. */
  readonly calmMs: number | null;
  readonly drops: number;
  readonly resyncs: number;
  readonly delay: LoopDelay;
  /** Milliseconds of each answer to `GET /v1/status`. */
  readonly answers: readonly number[];
  /** Percent of one processor, over the last half. */
  readonly cpu: number;
  readonly fights: ReadonlyMap<string, number>;
}

async function brew(daemon: string, { quick }: Effort): Promise<Storm> {
  const seconds = quick ? 3 : 30;
  const scratch = new Scratch();
  try {
    await becomeQuiet();
    const host = hostOf(quick ? 600 : 2200);
    const namespace = await makeNamespace(scratch);
    await makeLinks(namespace, host);
    const home = makeHome(scratch);
    writeConfiguration(home, '10.yaml', declarationOf(host, daemon));
    const probe = loopDelayProbe(scratch);
    const vnetd = await startVnetd(scratch, namespace, home, probe);
    await inSync(vnetd);
    await probe.take(vnetd);
    const answers: number[] = [];
    const over = new AbortController();
    const asking = askAgainAndAgain(vnetd, answers, over.signal);
    const half = pause(seconds * 500).then(() => ({ cpu: usageOf(vnetd.pid).cpuMs, at: performance.now() }));
    const changes = await blow(scratch, namespace, host.ifbs, seconds);
    const lastChange = process.hrtime.bigint();
    const { cpu, at } = await half;
    const share = ((usageOf(vnetd.pid).cpuMs - cpu) / (performance.now() - at)) * 100;
    over.abort();
    await asking;
    const calm = daemon === '{}' ? null : await calmed(namespace, host.ifbs);
    await allTold(home);
    return {
      changesASecond: changes / seconds,
      calmMs: calm === null ? null : Math.max(0, msBetween(lastChange, calm)),
      drops: dropsOf(vnetd.pid),
      resyncs: countOf(home, 'resync'),
      delay: await probe.take(vnetd),
      answers,
      cpu: share,
      fights: countsById(
        eventsOf(home).flatMap(({ event, id }) => (event === 'contested' && id !== null ? [id] : [])),
      ),
    };
  } finally {
    await scratch.close();
  }
}

/** With eight processes on few processors the last events are written when the storm is over. */
async function allTold({ log }: Home): Promise<void> {
  let size = -1;
  while (size !== statSync(log).size) {
    size = statSync(log).size;
    await pause(TOLD_MS);
  }
}

/** Lets all processes change their share until the time is over; how many changes were made. */
async function blow(scratch: Scratch, { enter }: Namespace, links: number, seconds: number): Promise<number> {
  const share = Math.floor(links / PROCESSES);
  const counts = await Promise.all(
    Array.from({ length: PROCESSES }, async (_, process) => {
      const file = join(scratch.folder, `storm${process}`);
      const lines = Array.from({ length: share }, (_, i) => {
        const name = `i${process * share + i}`;
        return `link set ${name} mtu 1300\nlink set ${name} down\n`;
      });
      writeFileSync(file, lines.join(''));
      const script = `end=$((SECONDS + ${seconds})) n=0; while [ $SECONDS -lt $end ]; do ip -force -batch ${file} 2>/dev/null; n=$((n + 1)); done; echo $n`;
      const rounds = Number(await output([...enter, 'bash', '-c', script]));
      return rounds * share * 2;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function askAgainAndAgain(vnetd: Vnetd, answers: number[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    answers.push((await vnetd.ask('/v1/status')).ms);
    await pause(100);
  }
}

async function calmed(namespace: Namespace, links: number): Promise<bigint> {
  const command = [
    ...namespace.enter,
    'timeout',
    String(PATIENCE_MS / 1000),
    compiled('await'),
    String(links),
    '1400',
    '20',
  ];
  return BigInt((await output(command)).trim());
}

function countsById(ids: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function rowsHeld({ calmMs, changesASecond, drops, resyncs }: Storm): Row[] {
  return [
    {
      what: `held: in sync after the last change (${changesASecond.toFixed(0)} changes a second)`,
      measured: `${calmMs?.toFixed(0)} ms`,
      reference: null,
      aim: '≤ 1000 ms',
      met: calmMs !== null && calmMs <= 1000,
    },
    {
      what: 'held: notices dropped by the kernel, and resyncs told',
      measured: `${drops} dropped, ${resyncs} resyncs`,
      reference: null,
      aim: 'no drop, or resynced',
      met: drops === 0 || resyncs > 0,
    },
  ];
}

function rowsContested({ fights, cpu }: Storm): Row[] {
  const most = Math.max(0, ...fights.values());
  return [
    {
      what: `contested: times one link’s fight was told (${fights.size} links in fights; mtu and state are a fight each)`,
      measured: `at most ${most}`,
      reference: null,
      aim: 'each fight once',
      met: fights.size > 0 && most <= 2,
    },
    {
      what: 'contested: CPU in the second half',
      measured: `${cpu.toFixed(0)} %`,
      reference: null,
      aim: 'bounded',
      met: null,
    },
  ];
}

function rowsOfBoth(name: string, { delay, answers, cpu }: Storm): Row[] {
  const worst = Math.max(...answers);
  return [
    {
      what: `${name}: loop delay of the main thread, p99`,
      measured: `${delay.p99.toFixed(1)} ms (worst ${delay.max.toFixed(0)}), CPU ${cpu.toFixed(0)} %`,
      reference: null,
      aim: '≤ 20 ms',
      met: delay.p99 <= 20,
    },
    {
      what: `${name}: status answers`,
      measured: `p50 ${percentile(answers, 0.5).toFixed(1)}, worst ${worst.toFixed(0)} ms`,
      reference: null,
      aim: '≤ 50 ms',
      met: worst <= 50,
    },
  ];
}
