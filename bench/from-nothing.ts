import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Effort, Figure, Row } from './support/figure.ts';
import { type Fleet, fleets } from './support/fleets.ts';
import { becomeQuiet } from './support/quiet.ts';
import { ifupdown, networkd, type Rival } from './support/rivals.ts';
import { makeNamespace, type Namespace, Scratch } from './support/scratch.ts';
import { spreadOf } from './support/statistics.ts';
import { makeHome, startVnetd, writeConfiguration } from './support/vnetd.ts';
import { msBetween, witness } from './support/witness.ts';

const PATIENCE_MS = 300_000;
/** A rival that takes longer is counted as having taken so long, and not run again. */
const RIVAL_PATIENCE_MS = 90_000;
const QUICK_PATIENCE_MS = 10_000;

/** From nothing to in sync: all that is declared made, in its master and up. */
export const fromNothing: Figure = {
  name: 'from-nothing',
  title: 'From nothing to in sync',
  async measure({ quick }) {
    const measured: Measured[] = [];
    for (const fleet of fleets(quick ? 0.03 : 1)) measured.push(await measureFleet(fleet, { quick }));
    const contestants = ['ip -batch', 'vnetd', 'systemd-networkd', 'ifupdown2'];
    return {
      rows: measured.flatMap(rowsOf),
      notes: [
        'ms until the last link was announced up (and in its master), heard from outside (bench/floor/arrive.c). `ip -batch` from its start; vnetd runs with an empty folder, the clock starts when it is told to read the new file; the rivals from their start, their files in place.',
        ...measured.flatMap(({ fleet, failures }) => failures.map((why) => `${fleet.what}: ${why}`)),
      ],
      chart: {
        title: 'From nothing to in sync, median',
        unit: 'ms',
        logarithmic: true,
        groups: measured.map(({ fleet }) => fleet.what),
        series: contestants.map((name) => ({
          name,
          values: measured.map(({ times }) =>
            times.get(name)?.length ? spreadOf(times.get(name) ?? []).median : null,
          ),
        })),
      },
    };
  },
};

interface Measured {
  readonly fleet: Fleet;
  readonly times: ReadonlyMap<string, number[]>;
  readonly failures: readonly string[];
}

async function measureFleet(fleet: Fleet, { quick }: Effort): Promise<Measured> {
  const times = new Map<string, number[]>();
  const failures: string[] = [];
  const attempt = async (name: string, run: (place: Place) => Promise<number>) => {
    await becomeQuiet();
    const scratch = new Scratch();
    try {
      const took = await run({ scratch, namespace: await makeNamespace(scratch), fleet });
      times.set(name, [...(times.get(name) ?? []), took]);
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
    } finally {
      await scratch.close();
    }
  };
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    await attempt('ip -batch', byIp);
    await attempt('vnetd', byVnetd);
  }
  for (const [name, rival] of Object.entries({ 'systemd-networkd': networkd, ifupdown2: ifupdown })) {
    const why = rival.lacks();
    if (why !== null) failures.push(`${name}: ${why}`);
    else
      for (let round = 0; round < (quick ? 1 : 2); round++)
        if (Math.max(0, ...(times.get(name) ?? [])) < RIVAL_PATIENCE_MS)
          await attempt(name, (place) => byRival(place, rival).catch(countedAs(name, failures)));
  }
  return { fleet, times, failures };
}

class Late extends Error {}

function countedAs(name: string, failures: string[]): (error: unknown) => number {
  return (error) => {
    if (!(error instanceof Late)) throw error;
    failures.push(`${name}: ${error.message}, and is counted as that`);
    return RIVAL_PATIENCE_MS;
  };
}

interface Place {
  readonly scratch: Scratch;
  readonly namespace: Namespace;
  readonly fleet: Fleet;
}

async function byIp({ scratch, namespace, fleet }: Place): Promise<number> {
  const file = join(scratch.folder, 'batch');
  writeFileSync(file, `${fleet.batch.join('\n')}\n`);
  return timed(scratch, namespace, fleet, ['ip', '-batch', file]);
}

async function byRival({ scratch, namespace, fleet }: Place, rival: Rival): Promise<number> {
  const folder = join(scratch.folder, 'rival');
  mkdirSync(folder);
  return timed(scratch, namespace, fleet, rival.command(folder, fleet), RIVAL_PATIENCE_MS);
}

/** Runs a command in the namespace until all links are there; it is ended then if it goes on. */
async function timed(
  scratch: Scratch,
  namespace: Namespace,
  fleet: Fleet,
  command: readonly string[],
  patience = PATIENCE_MS,
): Promise<number> {
  const { seen } = await witness(scratch, namespace, 'arrive', fleet.links);
  const [program = '', ...args] = [...namespace.enter, ...command];
  const begun = process.hrtime.bigint();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'], detached: true });
  const ended = once(child, 'exit');
  scratch.after(async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  });
  return msBetween(begun, await inTime(seen, fleet, patience));
}

async function byVnetd({ scratch, namespace, fleet }: Place): Promise<number> {
  const home = makeHome(scratch);
  const vnetd = await startVnetd(scratch, namespace, home);
  const { seen } = await witness(scratch, namespace, 'arrive', fleet.links);
  writeConfiguration(home, '10.yaml', fleet.yaml);
  const begun = process.hrtime.bigint();
  await vnetd.ask('/v1/reload', 'POST');
  return msBetween(begun, await inTime(seen, fleet, PATIENCE_MS));
}

async function inTime<T>(work: Promise<T>, { links }: Fleet, most: number): Promise<T> {
  const patience = links < 500 ? QUICK_PATIENCE_MS : most;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late(`not done within ${patience / 1000} s`)), patience);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function rowsOf({ fleet, times }: Measured): Row[] {
  const ours = spreadOf(times.get('vnetd') ?? []);
  const ip = spreadOf(times.get('ip -batch') ?? []);
  const words = ({ median, low, high }: typeof ours) =>
    `${median.toFixed(0)} (${low.toFixed(0)}–${high.toFixed(0)})`;
  const rows: Row[] = [
    {
      what: `${fleet.what}, against \`ip -batch\``,
      measured: `${words(ours)} = ${(ours.median / ip.median).toFixed(2)} ×`,
      reference: words(ip),
      aim: '≤ 1.0 ×',
      met: ours.median <= ip.median,
    },
  ];
  for (const name of ['systemd-networkd', 'ifupdown2']) {
    const theirs = times.get(name);
    const rival = theirs === undefined ? undefined : spreadOf(theirs);
    rows.push({
      what: `${fleet.what}, against ${name}`,
      measured: rival === undefined ? words(ours) : `${(rival.median / ours.median).toFixed(1)} × faster`,
      reference: rival === undefined ? 'not measured' : words(rival),
      aim: '≥ 5 × faster',
      met: rival === undefined ? null : rival.median >= 5 * ours.median,
    });
  }
  return rows;
}
