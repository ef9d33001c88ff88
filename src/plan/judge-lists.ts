import { objectId, partId } from '../model/address.ts';
import type { WantedEntry, WantedLink, WantedList } from '../model/declaration.ts';
import { entryText } from '../model/entry-text.ts';
import type { PlannedStep, Step } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import { listNamed } from '../reconcilers/index.ts';
import type { Kind } from '../reconcilers/kind.ts';
import type { FoundEntry, ListTable } from '../reconcilers/list.ts';
import { portsIn } from '../reconcilers/ovs-entries.ts';
import { waitingFor } from './creation.ts';
import { heldBack, planned } from './hold.ts';
import {
  digestOf,
  entryAt,
  everything,
  type Finding,
  type FoundLink,
  type Hold,
  isOurs,
  type Memory,
  type Policy,
  type World,
} from './situation.ts';

interface ListsJudgement {
  readonly findings: Finding[];
  readonly steps: PlannedStep[];
  readonly agreed: { readonly at: string; readonly digest: string }[];
}

/** The lists of a link: what is missing or out of line is added, what is too much goes where the list is complete. */
export function judgeLists(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
  world: World,
): ListsJudgement {
  const out: ListsJudgement = { findings: [], steps: [], agreed: [] };
  for (const [name, list] of Object.entries(wanted.lists)) {
    const table = listNamed(name);
    if (table === undefined) throw new RangeError(`no list named ${name}`);
    const here = found.list(name);
    const awaited = found.awaits?.(name);
    for (const entry of list.entries)
      judgeEntry(out, wanted, table, entry, here, awaited, memory, policy, world);
    if (list.complete && here !== undefined) strangers(out, wanted, table, list, here, memory, policy);
  }
  strays(out, wanted, found, memory, policy, world);
  markedStrays(out, wanted, kind, found, policy);
  if (wanted.onlyMembers !== undefined) strangeMembers(out, wanted, kind, found, memory, policy);
  return out;
}

function judgeEntry(
  out: ListsJudgement,
  wanted: WantedLink,
  table: ListTable,
  entry: WantedEntry,
  here: ReadonlyMap<string, FoundEntry> | undefined,
  awaited: string | undefined,
  memory: Memory,
  policy: Policy,
  world: World,
): void {
  const at = entryAt(table.name, entry.key);
  const digest = digestOf(entry.fields);
  const is = here?.get(entry.key);
  const standing = memory.inForce.get(at);
  if (is !== undefined && table.agrees(entry.fields, is.fields)) {
    if (standing?.digest !== digest || standing.how === 'sent') out.agreed.push({ at, digest });
    return;
  }
  const drift = standing?.digest === digest && standing.how !== 'sent';
  const absent = here === undefined ? undefined : unmentioned(table, wanted, entry, world);
  const hold =
    (awaited !== undefined ? waitingFor(awaited) : here === undefined ? unknown(table, wanted) : absent) ??
    heldBack(at, 'live', drift, false, policy);
  // A row that a port went out of by itself: that is told with the port.
  const follows = awaited !== undefined || (table.source === 'ovsdb' && absent !== undefined);
  const change = {
    key: table.name,
    wanted: entryText(entry.key, entry.fields),
    found: is === undefined ? null : entryText(entry.key, differing(table, entry.fields, is.fields)),
  };
  out.findings.push({ at, change, need: 'live', drift: drift && !follows, hold });
  const first = inTheWay(table, entry, is, here);
  if (first !== undefined)
    out.steps.push(
      planned(
        { do: 'remove', id: wanted.id, list: table.name, entry: first.key, fields: first.fields },
        true,
        hold,
      ),
    );
  const fields = is === undefined ? entry.fields : table.merged(entry.fields, is.fields);
  const behind = aheadOf(entry, wanted.lists[table.name]?.entries ?? [], table, here);
  out.steps.push(
    planned(
      { do: 'add', id: wanted.id, list: table.name, entry: entry.key, fields, ...behind },
      first !== undefined,
      hold,
    ),
  );
}

/** What is waited for where nothing is known of a list. */
function unknown(table: ListTable, { name }: WantedLink): Hold {
  const reason =
    table.source === 'asked'
      ? `waiting for the kernel to say what there is of \`${table.name}\``
      : `waiting for a bridge, whose port ${name} is to be`;
  return { why: 'waiting', for: 'master', reason };
}

/** A link an entry refers to that is not there; or a port of the bridge it is of. */
function unmentioned(
  table: ListTable,
  { name }: WantedLink,
  entry: WantedEntry,
  world: World,
): Hold | undefined {
  if (table.source === 'ovsdb') {
    const lacking = portsIn(table.rows, entry.fields).find(
      (port) => world.switched?.hasPort(name, port) === false,
    );
    return lacking === undefined ? undefined : waitingFor(lacking);
  }
  if (table.source !== 'asked') return undefined;
  const absent = table
    .mentions?.(entry)
    .map(world.underneath)
    .find((name) => world.kindOf(name) === undefined);
  return absent === undefined ? undefined : { why: 'waiting', for: absent, reason: `waiting for ${absent}` };
}

/** The declared entry before this one that may have taken it along, of which only this much was heard yet. */
function aheadOf(
  entry: WantedEntry,
  entries: readonly WantedEntry[],
  table: ListTable,
  here: ReadonlyMap<string, FoundEntry> | undefined,
): Pick<Extract<Step, { do: 'add' }>, 'behind'> {
  if (table.takesAlong === undefined || here?.has(entry.key) !== false) return {};
  const before = entries.slice(0, entries.indexOf(entry));
  const first = before.find((other) => here.has(other.key) && table.takesAlong?.(other, entry));
  return first === undefined ? {} : { behind: { entry: first.key, fields: first.fields } };
}

/** What has to be taken out first: the entry itself where adding would not bring it into line, or one the kernel does not have beside it. */
function inTheWay(
  table: ListTable,
  entry: WantedEntry,
  is: FoundEntry | undefined,
  here: ReadonlyMap<string, FoundEntry> | undefined,
): FoundEntry | undefined {
  if (is !== undefined) return table.replaces?.(entry.fields, is.fields) === false ? is : undefined;
  if (table.sameFor === undefined || here === undefined) return undefined;
  return [...here.values()].find((other) => table.sameFor?.(other) === table.sameFor?.(entry));
}

/** Tells found entries that are declared, or whose place a declared one takes. */
function declaredIn(
  table: ListTable | undefined,
  list: WantedList | undefined,
): (found: FoundEntry) => boolean {
  const same = (entry: WantedEntry) => table?.sameFor?.(entry) ?? entry.key;
  const declared = new Set(list?.entries.map(same));
  return (found) => declared.has(same(found));
}

/** Entries of a complete list that nobody declared; not those the kernel made, nor those with a lifetime. */
function strangers(
  out: ListsJudgement,
  wanted: WantedLink,
  table: ListTable,
  list: WantedList,
  here: ReadonlyMap<string, FoundEntry>,
  memory: Memory,
  policy: Policy,
): void {
  const isDeclared = declaredIn(table, list);
  const strange = [...here.values()].filter((entry) => !isDeclared(entry) && !entry.lasting);
  const drift = wasComplete(out, table.name, memory, strange.length === 0);
  for (const entry of strange) out.findings.push(removal(out, wanted, table.name, entry, drift, policy));
}

/** Whether a list was complete before: then what is too much came since; else its being complete is new. */
function wasComplete(out: ListsJudgement, list: string, memory: Memory, isNow: boolean): boolean {
  const at = entryAt(list, everything);
  const was = memory.inForce.has(at);
  if (isNow && !was) out.agreed.push({ at, digest: everything });
  return was;
}

/** Entries vnetd put there whose line is gone. */
function strays(
  out: ListsJudgement,
  wanted: WantedLink,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
  world: World,
): void {
  const declared = new Map<string, (found: FoundEntry) => boolean>();
  for (const [at, { how }] of memory.inForce) {
    const slash = at.indexOf('/');
    if (slash < 0 || !isOurs(how)) continue;
    const name = at.slice(0, slash);
    const key = at.slice(slash + 1);
    const entry = found.list(name)?.get(key);
    const list = wanted.lists[name];
    const table = listNamed(name);
    if (table?.source === 'ovsdb') continue;
    const isDeclared = declared.get(name) ?? declaredIn(table, list);
    declared.set(name, isDeclared);
    if (entry === undefined || list?.complete === true || isDeclared(entry)) continue;
    const isOfNamespace = table?.source === 'asked' && table.of === 'underlay';
    if (isOfNamespace && world.isDeclaredElsewhere(name, key)) continue;
    out.findings.push(removal(out, wanted, name, entry, false, policy));
  }
}

/** What bears vnetd's mark and is not declared any more; what was found and brought into line is let go. */
function markedStrays(
  out: ListsJudgement,
  wanted: WantedLink,
  { lists = {} }: Kind,
  found: FoundLink,
  policy: Policy,
): void {
  for (const [name, table] of Object.entries(lists)) {
    const list = wanted.lists[name];
    if (table.source !== 'ovsdb' || list?.complete === true) continue;
    const isDeclared = declaredIn(table, list);
    for (const entry of found.list(name)?.values() ?? [])
      if (entry.marked === true && !isDeclared(entry))
        out.findings.push(removal(out, wanted, name, entry, false, policy));
  }
}

function removal(
  out: ListsJudgement,
  wanted: WantedLink,
  list: string,
  entry: FoundEntry,
  drift: boolean,
  policy: Policy,
): Finding {
  const at = entryAt(list, entry.key);
  const hold = heldBack(at, 'live', drift, false, policy);
  out.steps.push(
    planned({ do: 'remove', id: wanted.id, list, entry: entry.key, fields: entry.fields }, false, hold),
  );
  return { at, change: { key: list, wanted: null, found: entry.key }, need: 'live', drift, hold };
}

/** Members nobody declared, of a master whose list of members is complete. */
function strangeMembers(
  out: ListsJudgement,
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
): void {
  const key = kind.membership?.list ?? kind.parts?.list ?? 'members';
  const strange = found.members.filter((member) => wanted.onlyMembers?.includes(member) !== true);
  const drift = wasComplete(out, key, memory, strange.length === 0);
  for (const member of strange) {
    const at = entryAt(key, member);
    const hold = heldBack(at, 'live', drift, false, policy);
    out.findings.push({ at, change: { key, wanted: null, found: member }, need: 'live', drift, hold });
    out.steps.push(planned(putOut(wanted, kind, member), false, hold));
  }
}

/** Takes a member out of its master; a part is nothing without what it is a part of. */
function putOut({ namespace, name }: WantedLink, { parts }: Kind, member: string): Step {
  if (parts !== undefined) return { do: 'delete', id: partId(name, member) };
  return { do: 'set', id: objectId(namespace, member), kind: 'device', fields: { master: 'none' } };
}

function differing(table: ListTable, wanted: Values, found: Values): Values {
  if (table.differing !== undefined) return table.differing(wanted, found);
  return Object.fromEntries(
    Object.keys(wanted).flatMap((key) => (wanted[key] === found[key] ? [] : [[key, found[key] ?? null]])),
  );
}
