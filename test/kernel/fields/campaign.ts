import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { canonical, type Value, type Values } from '../../../src/model/value.ts';
import type { AnyRow, Fields } from '../../../src/reconcilers/kind.ts';
import { output, run } from '../support/command.ts';
import type { Daemon } from '../support/daemon.ts';
import type { LinkJson } from '../support/ip.ts';
import { keep, objectsOf, unheard, within } from '../support/keeping.ts';
import type { Namespace } from '../support/namespace.ts';
import { until } from '../support/until.ts';
import { tryOneStepLess } from './one-step-less.ts';
import { outside, type RawLink, type Seen } from './outside.ts';

const rawTool = resolve(import.meta.dirname, '../../../../test/kernel/fields/raw.py');

/** What the fields of one table are tried on. */
export interface Bed {
  /** A kind, or the key of a member's attributes: `bridge_port`. */
  readonly table: string;
  readonly kind: string;
  readonly fields: Fields;
  /** Commands of `ip -batch` that make what is there beside the links tried. */
  readonly companions: readonly string[];
  /** Commands that make link number n of this name where vnetd does not. */
  readonly foreign?: (name: string, n: number) => readonly string[];
  /** Fields that have to stand beside the one tried. */
  readonly beside: (key: string, value: Value, n: number) => Values;
  /** Values to try instead of the row's samples. */
  readonly values?: (key: string, n: number) => readonly Value[] | undefined;
  /** Whether this kernel may refuse that. */
  readonly mayRefuse: (key: string, value: Value) => boolean;
  /** What the kernel moves with a key, by ip's name in linkinfo: what the other did, and nobody wrote. */
  readonly moved?: Readonly<Record<string, readonly string[]>>;
  /** Where the table asks for more than the kernel would, since nothing tells that less would do. */
  readonly untold?: (key: string, was: Value) => boolean;
  /** The only value there is: nobody can change it. */
  readonly single?: ReadonlySet<string>;
}

export interface Case {
  readonly name: string;
  readonly key: string;
  readonly row: AnyRow;
  readonly values: readonly Value[];
  readonly n: number;
  readonly at: number;
}

/** A round of the campaign: which of its values each link is declared with. */
type Round = (one: Case) => Value;

/** Values near the bounds and in the middle, every word, at most so many. */
const MOST_VALUES = 9;

function casesOf(bed: Bed): readonly Case[] {
  let n = 0;
  return Object.entries(bed.fields).flatMap(([key, row]) => {
    const values = (bed.values?.(key, n) ?? (row.type.samples as readonly Value[])).slice(0, MOST_VALUES);
    return values.map((_, at): Case => {
      n += 1;
      return {
        name: `c${n}`,
        key,
        row,
        values: bed.values?.(key, n)?.slice(0, MOST_VALUES) ?? values,
        n,
        at,
      };
    });
  });
}

const first: Round = ({ values, at }) => values[at] as Value;
export const second: Round = ({ values, at }) => values[(at + 1) % values.length] as Value;
/** What somebody else sets: neither of the two. */
export const foreignValue: Round = ({ values, at }) =>
  values[(at + Math.max(2, values.length - 1)) % values.length] as Value;

function declaration(
  bed: Bed,
  cases: readonly Case[],
  round: Round,
  state: string | undefined,
  sweep: string,
): string {
  const links = Object.fromEntries(
    cases.map((one) => {
      const value = round(one);
      const fields = { ...bed.beside(one.key, value, one.n), [one.key]: value };
      const { top, port } = split(bed, fields);
      const body = {
        ...(bed.foreign === undefined || bed.table === bed.kind ? { kind: bed.kind } : {}),
        ...(state === undefined || one.key === 'state' ? {} : { state }),
        ...top,
        ...(bed.table === bed.kind ? {} : { [bed.table]: port }),
      };
      return [one.name, body];
    }),
  );
  return JSON.stringify({ daemon: { sweep }, links });
}

function split(bed: Bed, fields: Values): { readonly top: Values; readonly port: Values } {
  if (bed.table === bed.kind) return { top: fields, port: {} };
  const isPort = ([key]: [string, Value]) => Object.hasOwn(bed.fields, key);
  const entries = Object.entries(fields);
  return {
    top: Object.fromEntries(entries.filter((entry) => !isPort(entry))),
    port: Object.fromEntries(entries.filter(isPort)),
  };
}

/** All links as ip and the attributes' numbers show them. */
export async function lookAround(ns: Namespace): Promise<ReadonlyMap<string, Seen>> {
  const links = (await ns.ipJson('link')) as unknown as readonly LinkJson[];
  const raw = JSON.parse(await output([...ns.enter, '/usr/bin/python3', rawTool, 'dump'])) as Record<
    string,
    RawLink
  >;
  return new Map(links.map((link) => [link.ifname, { link, raw: raw[link.ifname] }]));
}

/** Whether what is seen from outside is the value, as the kernel keeps it. */
function shows(row: AnyRow, wanted: Value, found: Value | undefined): boolean {
  if (found === undefined || found === null) return row.untold === true;
  if (typeof wanted === 'boolean') return (found === true || found === 1 || found === 'on') === wanted;
  if (typeof wanted === 'number') {
    const number = Number(found);
    // At HZ=250 an odd number of hundredths comes back one lower.
    return (
      number === wanted ||
      (row.type.name.startsWith('centiseconds') && wanted % 2 === 1 && number === wanted - 1)
    );
  }
  if (Array.isArray(wanted))
    return canonical([...wanted].sort()) === canonical([...(found as string[])].sort());
  if (typeof wanted === 'object' && wanted !== null)
    return Object.entries(wanted).every(([key, one]) => ((found as Record<string, Value>)[key] ?? 0) === one);
  const words = (row.type as { readonly schema: unknown }).schema;
  return (
    String(found) === wanted ||
    (words !== undefined && typeof wanted === 'string' && numberWord(row, wanted) === String(found))
  );
}

/** The number a word stands for, as the type itself would send it. */
function numberWord(row: AnyRow, word: string): string | undefined {
  const bytes = row.type.encode(word, { indexOf: () => undefined, nameOf: () => undefined });
  if (bytes === undefined || bytes.length === 0 || bytes.length > 4) return undefined;
  const little = /be/.test(row.type.name) ? [...bytes].reverse() : [...bytes];
  return String(little.reduce((all, byte, i) => all + byte * 256 ** i, 0));
}

/** Whether a link is there and shows the value. */
export function isSo(bed: Bed, one: Case, value: Value, seen: Seen | undefined): boolean {
  return seen !== undefined && shows(one.row, value, seenOf(bed, one, seen));
}

function seenOf(bed: Bed, one: Case, seen: Seen | undefined): Value | undefined {
  return seen === undefined ? undefined : outside(bed.table, one.key).read(seen);
}

/** Every case whose object is in sync must show; the others must be such as this kernel may refuse. */
async function check(
  bed: Bed,
  cases: readonly Case[],
  round: Round,
  ns: Namespace,
  daemon: Daemon,
): Promise<ReadonlySet<string>> {
  const objects = new Map((await objectsOf(daemon)).map((object) => [object.id, object]));
  const around = await lookAround(ns);
  const faults: string[] = [];
  const refused = new Set<string>();
  for (const one of cases) {
    const value = round(one);
    const object = objects.get(one.name);
    const what = `${bed.table}.${one.key} = ${JSON.stringify(value)}`;
    if (object?.state === 'in-sync') {
      const found = seenOf(bed, one, around.get(one.name));
      if (!isSo(bed, one, value, around.get(one.name)))
        faults.push(`${what}: seen from outside as ${JSON.stringify(found)}`);
    } else if (object?.state === 'refused' && bed.mayRefuse(one.key, value)) refused.add(one.name);
    else faults.push(`${what}: ${one.name} is ${object?.state}: ${object?.reason}`);
  }
  assert.deepEqual(faults, []);
  return refused;
}

/** Puts a declaration into force: every case shows it, or is such as this kernel may refuse; gives those refused. */
async function declared(
  bed: Bed,
  cases: readonly Case[],
  round: Round,
  ns: Namespace,
  daemon: Daemon,
  yaml: string,
): Promise<ReadonlySet<string>> {
  daemon.write('10-links.yaml', yaml);
  // Reads the folder at once; what may be refused keeps it from ending well.
  await daemon.vnetctl('wait', '--timeout', '1s');
  let refused: ReadonlySet<string> = new Set();
  await until(
    async () => {
      refused = await check(bed, cases, round, ns, daemon);
      return true;
    },
    { within, what: 'everything is as declared' },
  );
  return refused;
}

/** Somebody else sets every link otherwise; gives the cases that were really changed. */
async function interfere(
  bed: Bed,
  cases: readonly Case[],
  ns: Namespace,
  daemon: Daemon,
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
      if (bounced) commands.push(`link set dev ${one.name} down`);
      commands.push(`link set dev ${one.name} ${words(value).map(quoted).join(' ')}`);
      if (bounced) commands.push(`link set dev ${one.name} up`);
    } else if (raw !== undefined) {
      const [where, number, hex] = raw(value);
      const kind = where === 'data' ? bed.kind : bed.table.replace('_port', '');
      numbered.push(`${one.name} ${kind} ${where} ${number} ${hex}`);
    }
  }
  let changed: readonly Case[] = [];
  await unheard(daemon, async () => {
    // One ip each: its -batch ends at the first number it cannot read.
    await run([...ns.enter, '/bin/sh'], { input: `${commands.map((words) => `ip ${words}`).join('\n')}\n` });
    if (numbered.length > 0)
      await run([...ns.enter, '/usr/bin/python3', rawTool, 'set'], { input: `${numbered.join('\n')}\n` });
    const around = await lookAround(ns);
    changed = cases.filter((one) => !isSo(bed, one, second(one), around.get(one.name)));
  });
  return changed;
}

function quoted(word: string): string {
  return `'${word}'`;
}

/** Counters, timers and numbers of links, which move by themselves. */
const volatile =
  /"(ifindex|gc_timer|hello_timer|tcn_timer|topology_change_timer|hold_timer|message_age_timer|forward_delay_timer|topology_change|topology_change_detected|link_failure_count|ad_info|ad_\w+_port_state(_str)?|ad_aggregator_id|config_pending|topology_change_ack)":/;

function still(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(still);
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

async function restored(bed: Bed, cases: readonly Case[], ns: Namespace): Promise<ReadonlyMap<string, Seen>> {
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

/** Declares, changes and has changed every field of a table, and looks from outside whether vnetd is right. */
export async function tryFields(t: TestContext, bed: Bed): Promise<void> {
  t.diagnostic(`kind: ${bed.kind}`);
  const cases = casesOf(bed);
  const yaml = (round: Round, state: string | undefined, sweep: string) =>
    declaration(bed, cases, round, state, sweep);
  const { ns, daemon } = await keep(t, yaml(first, undefined, '1h'), async (made) => {
    await made.ipBatch([...bed.companions, ...cases.flatMap(({ name, n }) => bed.foreign?.(name, n) ?? [])]);
  });
  const refused = new Set<string>();

  // Made so, and then changed to the next value.
  for (const round of [first, second]) {
    const text = yaml(round, undefined, '1h');
    for (const name of await declared(bed, cases, round, ns, daemon, text)) refused.add(name);
  }
  const kept = cases.filter(({ name, key }) => !refused.has(name) && bed.single?.has(key) !== true);

  // What the kernel announces is put back at once: no sweep comes within the hour.
  const before = snapshot(bed, await lookAround(ns), kept);
  const announced = kept.filter(({ row }) => row.notice !== 'never');
  const changed = await interfere(bed, announced, ns, daemon, true);
  const after = await restored(bed, announced, ns);
  assert.deepEqual(snapshot(bed, after, kept), before, 'what was not written is as it was');

  // What it does not say is found by the sweep: on links that are down, and by ways that are never announced.
  const down = bed.table === bed.kind ? 'down' : undefined;
  await declared(bed, cases, second, ns, daemon, yaml(second, down, '1s'));
  if (down === undefined) await ns.ipBatch(kept.map(({ name }) => `link set dev ${name} down`));
  const quiet = kept.filter(
    ({ key }) =>
      key !== 'state' && key !== 'bridge_port.state' && !(bed.table === 'bridge_port' && key === 'state'),
  );
  const unsaid = await interfere(bed, quiet, ns, daemon, false);
  await restored(bed, quiet, ns);

  const untouched = kept.filter((one) => !changed.includes(one) && !unsaid.includes(one));
  const never = [...new Set(untouched.map(({ key }) => key))].filter(
    (key) => !kept.some((one) => one.key === key && !untouched.includes(one)),
  );
  t.diagnostic(
    `${bed.table}: ${cases.length} values of ${Object.keys(bed.fields).length} fields, ${refused.size} refused by this kernel, ${changed.length} put back at once, ${unsaid.length} by a sweep; only a new link could have: ${never.join(' ') || 'none'}`,
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
  const insisted = await tryOneStepLess(bed, kept, ns);
  t.diagnostic(`${bed.table}: the kernel refused ${insisted} changes that lacked a step`);
}
