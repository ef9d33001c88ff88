import { listing } from '../derive/grammar.ts';
import {
  type DeclaredNamespace,
  namespaceId,
  type ObjectId,
  parseObjectId,
  wholeOf,
} from '../model/address.ts';
import type { Change } from '../model/change.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Step } from '../model/step.ts';
import type { Value, Values } from '../model/value.ts';
import { kindNamed, masterOfPortKey, ownerOfRow, rowOf, switchedList } from '../reconcilers/index.ts';
import { type AnyRow, type ChangeNeed, type Kind, missingToMake } from '../reconcilers/kind.ts';
import { heldBack, planned } from './hold.ts';
import { joinsDown } from './membership.ts';
import {
  type Finding,
  type Hold,
  inStep,
  type Judgement,
  type Memory,
  type Policy,
  type SwitchedSurroundings,
  type World,
} from './situation.ts';

export function missing(
  wanted: WantedLink,
  kind: Kind,
  memory: Memory,
  policy: Policy,
  world: World,
): Judgement {
  const { id } = wanted;
  const { namespace } = parseObjectId(id);
  const hasRoom = namespace === null || isThere(namespace, world);
  const elsewhere = hasRoom ? world.whereabouts() : undefined;
  // Claimed but never seen: the making was cut short, which is no drift. Nor is it one that a link stays away.
  const drift = memory.origin !== null && memory.ifindex !== null;
  const change: Change = {
    key: 'exists',
    wanted: true,
    found: false,
    ...(drift && elsewhere?.is === 'there' && { movedTo: referenceTo(elsewhere.id) }),
  };
  const finding = (hold: Hold | null, need: ChangeNeed = 'live'): Finding => ({
    at: 'exists',
    change,
    need,
    drift,
    hold,
  });
  if (!hasRoom) return { ...inStep, findings: [finding(waitingFor(namespaceId(namespace)))] };
  if (elsewhere?.is === 'there') {
    const hold = heldBack('exists', 'live', drift, false, policy);
    const step: Step = { do: 'move', id, from: elsewhere.id };
    return { ...inStep, findings: [finding(hold)], steps: [planned(step, false, hold)] };
  }
  const lacking = kind.made ? missingToMake(kind, wanted.fields) : 'kind';
  if (lacking !== undefined) {
    const hint = memory.origin === null ? `; write \`${lacking}:\` if vnetd is to make it` : '';
    const reason =
      elsewhere?.is === 'in-use'
        ? `${wanted.name} is in the host’s namespace and stays there: ${elsewhere.use}`
        : `no link named ${wanted.name}${hint}`;
    return { ...inStep, findings: [finding({ why: 'waiting', for: wanted.name, reason })] };
  }
  const absent = unableTo(wanted, world) ?? firstAbsent(wanted, kind, world);
  // What it waits for is told with it; what is made without its master joins later.
  const named = absent === undefined ? {} : namingFields(wanted, kind);
  const create: Step = {
    do: 'create',
    id,
    kind: kind.name,
    fields: { ...creationFields(wanted, kind, memory, world), ...named },
  };
  // The end of a pair is out of reach: the pair is made again, which takes the end that is there.
  const need = elsewhere?.is === 'lost' ? 'recreate' : 'live';
  const hold = absent ?? heldBack('exists', need, drift, false, policy);
  const steps: readonly Step[] =
    elsewhere?.is === 'lost'
      ? [{ do: 'delete', id: elsewhere.otherEnd }, create]
      : [create, ...entriesAlong(wanted)];
  return {
    ...inStep,
    findings: [finding(hold, need)],
    steps: steps.map((step) => planned(step, need === 'recreate', hold)),
  };
}

/** What goes in with a bridge of Open vSwitch: its entries, and with them the ports that are to have them. */
function entriesAlong({ id, lists }: WantedLink): readonly Step[] {
  return Object.entries(lists).flatMap(([list, { entries }]) =>
    switchedList(list) === undefined
      ? []
      : entries.map(({ key, fields }): Step => ({ do: 'add', id, list, entry: key, fields })),
  );
}

/** A link as one in any namespace refers to it. */
function referenceTo(id: ObjectId): string {
  const { namespace, name } = parseObjectId(id);
  return namespace === null ? `/${name}` : id;
}

/** Whether there is a namespace that is looked into: what has its name may be the host's own. */
function isThere(namespace: DeclaredNamespace, world: World): boolean {
  return world.kindOf(namespaceId(namespace)) === kindNamed('namespace')?.kernel?.kind;
}

/** A link that has to be there before this one can be made. */
export function firstAbsent(wanted: WantedLink, kind: Kind, world: World): Hold | undefined {
  const { switched } = world;
  if (switched !== undefined) return firstAbsentAround(wanted, kind, switched);
  for (const [key, row] of Object.entries(kind.fields)) {
    const value = wanted.fields[key];
    if (value === undefined || row.place.at === 'peer' || row.afterCreate === true) continue;
    const name = row.type.mentions?.(value).find((reference) => world.kindOf(reference) === undefined);
    if (name !== undefined) return waitingFor(name);
  }
  return undefined;
}

/** The fields that name links it stands on. */
function namingFields({ fields }: WantedLink, kind: Kind): Values {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => {
      const row = kind.fields[key];
      return row !== undefined && row.afterCreate !== true && (row.type.mentions?.(value).length ?? 0) > 0;
    }),
  );
}

/** Of an object of Open vSwitch: the links it takes in, and the bridge it is to be in, unless that is made along. */
function firstAbsentAround(
  wanted: WantedLink,
  kind: Kind,
  { hasLink, bridge }: SwitchedSurroundings,
): Hold | undefined {
  const link = kind.needs?.(wanted).find((name) => !hasLink(name));
  if (link !== undefined) return waitingFor(link);
  const whole = wholeOf(wanted.id);
  return whole !== undefined && bridge(whole) === 'absent' ? waitingFor(whole) : undefined;
}

/** A value that this Open vSwitch does not have. */
function unableTo({ kind, fields }: WantedLink, world: World): Hold | undefined {
  for (const [key, value] of world.switched === undefined ? [] : Object.entries(fields)) {
    const reason = unable(rowOf(kind, key), key, value, world);
    if (reason !== undefined) return { why: 'refused', reason };
  }
  return undefined;
}

/** Why a value cannot be, as this Open vSwitch lists what it can do. */
export function unable(
  row: AnyRow | undefined,
  key: string,
  value: Value,
  { switched }: { readonly switched?: Pick<SwitchedSurroundings, 'words'> | undefined },
): string | undefined {
  const among = row?.place.at === 'ovsdb' ? row.place.among : undefined;
  const words = among === undefined ? [] : (switched?.words(among) ?? []);
  if (words.length === 0 || words.includes(String(value))) return undefined;
  return `this Open vSwitch has no ${key} ${String(value)}: it has ${listing([...words].sort(), 'and')}`;
}

export function waitingFor(name: string): Hold {
  return { why: 'waiting', for: name, reason: `waiting for ${name}` };
}

/** What the creating request carries. A member that has to join down is not brought up by it. */
export function creationFields(wanted: WantedLink, kind: Kind, memory: Memory, world: World): Values {
  const fields: Record<string, Value> = {};
  for (const [key, value] of Object.entries(wanted.fields)) {
    const row = rowOf(wanted.kind, key);
    if (row === undefined || row.afterCreate === true || masterOfPortKey(key) !== undefined) continue;
    if (ownerOfRow(row) !== kind.owner) continue;
    if (
      row.place.at !== 'peer' &&
      row.place.at !== 'ovsdb' &&
      row.type.mentions?.(value).some((name) => world.kindOf(name) === undefined)
    )
      continue;
    fields[key] = value;
  }
  if (fields.master === 'none') delete fields.master;
  const upLater =
    Object.keys(wanted.fields).some((key) => rowOf(wanted.kind, key)?.beforeUp === true) ||
    joinsDown(fields.master, world);
  if (fields.state === 'down' || upLater) delete fields.state;
  if (kind.owner !== 'kernel') return fields;
  if (fields.address === undefined && memory.mac !== null && kind.address === 'random')
    fields.address = memory.mac;
  return fields;
}

/** The steps that make a link anew in place of one that is there. */
export function madeAgain(wanted: WantedLink, kind: Kind, memory: Memory, world: World): readonly Step[] {
  const { id } = wanted;
  const fields = creationFields(wanted, kind, memory, world);
  return [
    { do: 'delete', id },
    { do: 'create', id, kind: kind.name, fields },
  ];
}
