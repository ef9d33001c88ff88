import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Value } from '../../../src/model/value.ts';
import { run } from '../support/command.ts';
import type { Daemon } from '../support/daemon.ts';
import { keep, objectsOf, unheard, within } from '../support/keeping.ts';
import type { Namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import {
  type Bed,
  type Case,
  casesOf,
  declaration,
  first,
  foreignValue,
  type Round,
  second,
} from './cases.ts';
import { eachLine, line } from './ip-lines.ts';
import { askKernel } from './lacking.ts';
import { tryOneStepLess } from './one-step-less.ts';
import { outside, type Seen } from './outside.ts';
import { isSo, lookAround, rawTool, seenOf } from './seen.ts';

/** One table on one kernel: its links, and who keeps them. */
interface Trial {
  readonly bed: Bed;
  readonly cases: readonly Case[];
  readonly isBeyond: (one: Case, value: Value) => boolean;
  readonly ns: Namespace;
  readonly daemon: Daemon;
}

/** The lab's kernels have what their releases have; the machine's own may have got more from its distribution. */
const isOfTheLab = process.env.VNETD_TEST_KERNEL !== 'host';

/** What is in sync shows from outside; what is beyond the kernel is refused, and nothing else is. Gives those refused. */
async function check({ bed, cases, isBeyond, ns, daemon }: Trial, round: Round): Promise<readonly Case[]> {
  const objects = new Map((await objectsOf(daemon)).map((object) => [object.id, object]));
  const around = await lookAround(ns);
  const faults: string[] = [];
  const refused: Case[] = [];
  for (const one of cases) {
    const value = round(one);
    const { state, reason, drifts } = objects.get(one.name) ?? { state: 'unknown', reason: null, drifts: 0 };
    const what = `${bed.table}.${one.key} = ${JSON.stringify(value)}`;
    const seen = around.get(one.name);
    const beyond = isBeyond(one, value);
    if (state === 'refused' && beyond) {
      refused.push(one);
      if (!isOf(bed, one, value, reason)) faults.push(`${what}: refused for something else: ${reason}`);
      if (drifts > 0) faults.push(`${what}: drifted ${drifts} times, though nobody touched it`);
    } else if (state !== 'in-sync') {
      faults.push(`${what}: ${one.name} is ${state}: ${reason}`);
    } else if (!isSo(bed, one, value, seen)) {
      faults.push(`${what}: seen from outside as ${JSON.stringify(seenOf(bed, one, seen))}`);
    } else if (beyond && isOfTheLab) {
      faults.push(`${what}: is kept, though lacking.ts says that this kernel has no such thing`);
    }
  }
  assert.deepEqual(faults, []);
  return refused;
}

/** Whether a refusal names the key, or one that has to stand beside it. */
function isOf(bed: Bed, one: Case, value: Value, reason: string | null): boolean {
  return [one.key, ...Object.keys(bed.beside(one.key, value, one.n))].some(
    (key) => reason?.startsWith(`${key}: `) || reason?.startsWith(`${bed.table}.${key}: `),
  );
}

/** Puts a declaration into force, and gives the cases that are refused. */
async function declared(trial: Trial, round: Round, yaml: string): Promise<readonly Case[]> {
  const { cases, daemon, isBeyond } = trial;
  daemon.write('10-links.yaml', yaml);
  const kept = cases.filter((one) => !isBeyond(one, round(one))).map(({ name }) => name);
  await daemon.vnetctl('wait', ...kept, '--timeout', '20s');
  let refused: readonly Case[] = [];
  await until(
    async () => {
      refused = await check(trial, round);
      return true;
    },
    { within, what: 'everything is as declared' },
  );
  return refused;
}

/** Somebody else sets every link otherwise; gives the cases that were really changed. */
async function interfere(
  { bed, ns, daemon }: Trial,
  cases: readonly Case[],
  isUp: boolean,
): Promise<readonly Case[]> {
  const commands: string[] = [];
  const numbered: string[] = [];
  for (const one of cases) {
    const value = foreignValue(one);
    const { words, raw } = outside(bed.table, one.key);
    const need = typeof one.row.change === 'function' ? 'down' : one.row.change;
    const bounced = isUp && need !== 'live';
    if (words !== undefined) {
      if (bounced) commands.push(line('link', 'set', 'dev', one.name, 'down'));
      commands.push(line('link', 'set', 'dev', one.name, ...words(value)));
      if (bounced) commands.push(line('link', 'set', 'dev', one.name, 'up'));
    } else if (raw !== undefined) {
      const [where, number, hex] = raw(value);
      const kind = where === 'data' ? bed.kind : bed.table.replace('_port', '');
      numbered.push(`${one.name} ${kind} ${where} ${number} ${hex}`);
    }
  }
  let changed: readonly Case[] = [];
  await unheard(daemon, async () => {
    await eachLine(ns, commands);
    if (numbered.length > 0)
      await run([...ns.enter, '/usr/bin/python3', rawTool, 'set'], { input: `${numbered.join('\n')}\n` });
    const around = await lookAround(ns);
    changed = cases.filter((one) => !isSo(bed, one, second(one), around.get(one.name)));
  });
  return changed;
}

/** Counters, timers, states and numbers of links and bridge ports, which move by themselves; a new link learns of its carrier late. */
const volatile =
  /"(ifindex|operstate|no|id|designated_port|gc_timer|hello_timer|tcn_timer|topology_change_timer|hold_timer|message_age_timer|forward_delay_timer|topology_change|topology_change_detected|link_failure_count|ad_info|ad_\w+_port_state(_str)?|ad_aggregator_id|config_pending|topology_change_ack|seq_nr)":/;

const carrier: readonly unknown[] = ['NO-CARRIER', 'LOWER_UP'];

function still(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !carrier.includes(one)).map(still);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !volatile.test(`"${key}":`))
      .map(([key, one]) => [key, still(one)]),
  );
}

function snapshot(
  bed: Bed,
  around: ReadonlyMap<string, Seen>,
  cases: readonly Case[],
): Record<string, unknown> {
  return Object.fromEntries(
    cases.map(({ name, key }) => {
      const link = structuredClone(around.get(name)?.link) as {
        linkinfo?: { info_data?: Record<string, unknown> };
      };
      for (const other of bed.moved?.[key] ?? []) delete link.linkinfo?.info_data?.[other];
      return [name, still(link)];
    }),
  );
}

async function restored({ bed, ns }: Trial, cases: readonly Case[]): Promise<ReadonlyMap<string, Seen>> {
  let around: ReadonlyMap<string, Seen> = new Map();
  await until(
    async () => {
      around = await lookAround(ns);
      const away = cases.filter((one) => !isSo(bed, one, second(one), around.get(one.name)));
      assert.deepEqual(
        away.map(
          (one) =>
            `${bed.table}.${one.key} of ${one.name} is ${JSON.stringify(seenOf(bed, one, around.get(one.name)))}, not ${JSON.stringify(second(one))}`,
        ),
        [],
      );
      return true;
    },
    { within, what: 'every field is back' },
  );
  return around;
}

/** How many there are of each key. */
function count(cases: Iterable<Case>): string {
  const numbers = new Map<string, number>();
  for (const { key } of cases) numbers.set(key, (numbers.get(key) ?? 0) + 1);
  return [...numbers].map(([key, number]) => `${key} ${number}`).join(', ') || 'none';
}

/** How often the same refusal of an object was told. */
function insistence(daemon: Daemon, name: string): number {
  const told = daemon.journal.seen
    .filter(({ fields }) => fields.event === 'refused' && fields.id === name)
    .map(({ fields }) => fields.message);
  return Math.max(...told.map((message) => told.filter((other) => other === message).length));
}

/** How often a campaign declares its links anew. */
const declarations = 3;

/** Declares, changes and has changed every field of a table, and looks from outside whether vnetd is right. */
export async function tryFields(t: TestContext, bed: Bed): Promise<void> {
  t.diagnostic(`kind: ${bed.kind}`);
  const cases = casesOf(bed);
  const yaml = (round: Round, state: string | undefined, sweep: string) =>
    declaration(bed, cases, round, state, sweep);
  const { ns, daemon } = await keep(t, yaml(first, undefined, '1h'), async (made) => {
    await bed.prepare?.(made);
    await made.ipBatch([...bed.companions, ...cases.flatMap(({ name, n }) => bed.foreign?.(name, n) ?? [])]);
  });
  const askOf = askKernel();
  const isBeyond = ({ key, row }: Case, value: Value) => askOf(bed.table, key, row, value);
  const trial: Trial = { bed, cases, isBeyond, ns, daemon };

  // Made so, and then changed to the next value.
  const refused = new Set<Case>();
  for (const round of [first, second]) {
    for (const one of await declared(trial, round, yaml(round, undefined, '1h'))) refused.add(one);
  }
  const kept = cases.filter((one) => !refused.has(one) && bed.single?.has(one.key) !== true);

  // What the kernel announces is put back at once: no sweep comes within the hour.
  const before = snapshot(bed, await lookAround(ns), kept);
  const announced = kept.filter(({ row }) => row.notice !== 'never');
  const changed = await interfere(trial, announced, true);
  const after = await restored(trial, announced);
  assert.deepEqual(snapshot(bed, after, kept), before, 'what was not written is as it was');

  // What it does not say is found by the sweep: on links that are down, and by ways that are never announced.
  const down = bed.table === bed.kind ? 'down' : undefined;
  await declared(trial, second, yaml(second, down, '1s'));
  if (down === undefined) await ns.ipBatch(kept.map(({ name }) => `link set dev ${name} down`));
  const quiet = kept.filter(
    ({ key }) =>
      key !== 'state' && key !== 'bridge_port.state' && !(bed.table === 'bridge_port' && key === 'state'),
  );
  const unsaid = await interfere(trial, quiet, false);
  await restored(trial, quiet);

  const untouched = kept.filter((one) => !changed.includes(one) && !unsaid.includes(one));
  const never = [...new Set(untouched.map(({ key }) => key))].filter(
    (key) => !kept.some((one) => one.key === key && !untouched.includes(one)),
  );
  t.diagnostic(
    `${bed.table}: ${cases.length} values of ${Object.keys(bed.fields).length} fields, ${refused.size} beyond this kernel (${count(refused)}), ${changed.length} put back at once, ${unsaid.length} by a sweep; only a new link could have: ${never.join(' ') || 'none'}`,
  );
  const immovable = new Set(
    kept
      .filter(({ row }) => typeof row.change !== 'function' && ['recreate', 'fixed'].includes(row.change))
      .map(({ key }) => key),
  );
  assert.deepEqual(
    never.filter(
      (key) => !immovable.has(key) && kept.some((one) => one.key === key && one.values.length > 1),
    ),
    [],
    'could not be changed from outside, though the table says it can',
  );
  await daemon.stop();
  assert.deepEqual(
    [...refused].map(({ name }) => name).filter((name) => insistence(daemon, name) > declarations),
    [],
    'told again and again that they are refused',
  );
  const insisted = await tryOneStepLess(bed, kept, ns);
  t.diagnostic(`${bed.table}: the kernel refused ${insisted} changes that lacked a step`);
}
