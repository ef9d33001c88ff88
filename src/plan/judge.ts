import { objectId } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { PlannedStep, Step } from '../model/step.ts';
import type { Value, Values } from '../model/value.ts';
import { fieldsOf, kindNamed, masterOfPortKey, masters } from '../reconcilers/index.ts';
import { type AnyRow, type ChangeNeed, type Fields, type Kind, needOf } from '../reconcilers/kind.ts';
import { judgeLists } from './judge-lists.ts';
import {
  digestOf,
  type Finding,
  type FoundLink,
  type Hold,
  isOurs,
  type Judgement,
  type Memory,
  type Policy,
  type World,
} from './situation.ts';

const inStep: Judgement = { findings: [], steps: [], agreed: [] };
const bounces: ReadonlySet<ChangeNeed> = new Set(['down', 'empty', 'empty-and-down', 'recreate']);

/** Compares a declared link with what is found, and says what to do. Pure: no clock, no kernel, no log. */
export function judge(
  wanted: WantedLink,
  found: FoundLink | undefined,
  memory: Memory,
  policy: Policy,
  world: World,
): Judgement {
  const kind = kindNamed(wanted.kind);
  if (kind === undefined) throw new RangeError(`no kind named ${wanted.kind}`);
  if (policy.onDrift === 'ignore' && memory.origin !== null) return inStep;
  if (found === undefined) return missing(wanted, kind, memory, policy, world);
  const foreign = takenByAnother(kind, found, memory);
  if (foreign !== undefined) return foreign;
  const named: readonly Finding[] = found.name === wanted.name ? [] : [misnamed(wanted, found, policy)];
  const fields = judgeFields(wanted, kind, found, memory, policy, world);
  fields.findings.push(
    ...otherAddress(wanted, kind, found, memory, policy),
    ...strayMaster(wanted, found, memory, policy),
  );
  const lists = judgeLists(wanted, kind, found, memory, policy);
  const findings = [...named, ...fields.findings, ...lists.findings];
  return {
    findings,
    steps: [
      ...renameSteps(wanted, found, named),
      ...fieldSteps(wanted, kind, found, fields.findings, memory, world),
      ...lists.steps,
    ],
    agreed: [...fields.agreed, ...lists.agreed],
  };
}

function missing(wanted: WantedLink, kind: Kind, memory: Memory, policy: Policy, world: World): Judgement {
  const change = { key: 'exists', wanted: true, found: false };
  // Claimed but never seen: the making was cut short, which is no drift.
  const drift = kind.made && memory.origin !== null && memory.ifindex !== null;
  const finding = (hold: Hold | null): Finding => ({ at: 'exists', change, need: 'live', drift, hold });
  if (!kind.made) {
    const hint = memory.origin === null ? '; write `kind:` if vnetd is to make it' : '';
    return {
      ...inStep,
      findings: [
        finding({ why: 'waiting', for: wanted.name, reason: `no link named ${wanted.name}${hint}` }),
      ],
    };
  }
  const absent = firstAbsent(wanted, kind, world);
  const hold =
    absent ??
    policy.holds.get('exists') ??
    (drift && !policy.forced && policy.onDrift === 'alert' ? { why: 'alert' as const } : null);
  const step: Step = {
    do: 'create',
    id: wanted.id,
    kind: kind.name,
    fields: creationFields(wanted, kind, memory, world),
  };
  return {
    ...inStep,
    findings: [finding(hold)],
    steps: [{ step, disruptive: false, withheld: hold === null ? null : sentence(hold) }],
  };
}

/** A link that has to be there before this one can be made. */
function firstAbsent(wanted: WantedLink, kind: Kind, world: World): Hold | undefined {
  for (const [key, row] of Object.entries(kind.fields)) {
    const value = wanted.fields[key];
    if (value === undefined || row.place.at === 'peer' || row.afterCreate === true) continue;
    const name = row.type.mentions?.(value).find((reference) => world.kindOf(reference) === undefined);
    if (name !== undefined) return waitingFor(name);
  }
  return undefined;
}

function waitingFor(name: string): Hold {
  return { why: 'waiting', for: name, reason: `waiting for ${name}` };
}

/** What the creating request carries. A member that has to join down is not brought up by it. */
export function creationFields(wanted: WantedLink, kind: Kind, memory: Memory, world: World): Values {
  const table = fieldsOf(wanted.kind);
  const fields: Record<string, Value> = {};
  for (const [key, value] of Object.entries(wanted.fields)) {
    const row = table[key];
    if (row === undefined || row.afterCreate === true || masterOfPortKey(key) !== undefined) continue;
    if (
      row.place.at !== 'peer' &&
      row.type.mentions?.(value).some((name) => world.kindOf(name) === undefined)
    )
      continue;
    fields[key] = value;
  }
  if (fields.master === 'none') delete fields.master;
  const upLater =
    Object.keys(wanted.fields).some((key) => table[key]?.beforeUp === true) ||
    joinsDown(fields.master, world);
  if (fields.state === 'down' || upLater) delete fields.state;
  if (fields.address === undefined && memory.mac !== null && kind.address === 'random')
    fields.address = memory.mac;
  return fields;
}

function joinsDown(master: Value | undefined, world: World): boolean {
  if (typeof master !== 'string' || master === 'none') return false;
  const kernelKind = world.kindOf(master);
  return masters.some((kind) => kind.membership?.joinsDown === true && kind.kernel?.kind === kernelKind);
}

/** Joining or leaving such a master takes an up link down and up: better done openly, with what is lost put back. */
function takesDown(masterKind: string | null, wanted: Value | undefined, world: World): boolean {
  const joined = typeof wanted === 'string' && wanted !== 'none' ? world.kindOf(wanted) : null;
  const cycled = masters
    .filter(({ membership }) => membership?.cycles === true)
    .map(({ kernel }) => kernel?.kind);
  return (
    leavesDown(masterKind) ||
    [masterKind, joined ?? null].some((kind) => kind !== null && cycled.includes(kind))
  );
}

/** Leaving such a master takes the member down as well (bond_release closes it). */
export function leavesDown(masterKind: string | null): boolean {
  return masters.some((kind) => kind.membership?.joinsDown === true && kind.kernel?.kind === masterKind);
}

/** The name is in use by a link of another kind: never ours to delete. */
function takenByAnother(kind: Kind, found: FoundLink, memory: Memory): Judgement | undefined {
  if (kind.kernel === null || found.kind === kind.kernel.kind) return undefined;
  const reason = `${found.name} is there as ${found.kind === null ? 'a device' : `kind ${found.kind}`}, not ${kind.name}; \`ip link del ${found.name}\` would free the name`;
  const change = { key: 'kind', wanted: kind.name, found: found.kind };
  return {
    ...inStep,
    findings: [
      { at: 'kind', change, need: 'fixed', drift: memory.origin !== null, hold: { why: 'refused', reason } },
    ],
  };
}

function misnamed(wanted: WantedLink, found: FoundLink, policy: Policy): Finding {
  const change = { key: 'name', wanted: wanted.name, found: found.name };
  // Kernels before 6.2 rename no link that is up (dev_change_name in net/core/dev.c).
  const busy = policy.holds.get('name')?.why === 'busy' && found.values.state === 'up';
  const need = busy ? 'down' : 'live';
  const holds = new Map([...policy.holds].filter(([at]) => !busy || at !== 'name'));
  return {
    at: 'name',
    change,
    need,
    drift: true,
    hold: heldBack('name', need, true, false, { ...policy, holds }),
  };
}

/** A membership vnetd brought about goes when its line goes. */
function strayMaster(
  wanted: WantedLink,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
): readonly Finding[] {
  const put = memory.inForce.get('master');
  const master = found.values.master ?? 'none';
  if (
    wanted.fields.master !== undefined ||
    put === undefined ||
    !isOurs(put.how) ||
    put.digest !== digestOf(master) ||
    master === 'none'
  )
    return [];
  const need = leavesDown(found.masterKind) && found.values.state === 'up' ? 'down' : 'live';
  const change = { key: 'master', wanted: 'none', found: master };
  return [{ at: 'master', change, need, drift: false, hold: heldBack('master', need, false, false, policy) }];
}

/** A link made again gets back the MAC last seen, where its declaration names none. */
function otherAddress(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
): readonly Finding[] {
  const { mac, ifindex, origin } = memory;
  const sameLink = ifindex === null || ifindex === found.ifindex;
  if (
    origin !== 'made' ||
    mac === null ||
    sameLink ||
    mac === found.mac ||
    found.mac === '' ||
    kind.address === 'none'
  )
    return [];
  if (wanted.fields.address !== undefined || fieldsOf(wanted.kind).address?.change !== 'live') return [];
  const change = { key: 'address', wanted: mac, found: found.mac };
  return [
    {
      at: 'address',
      change,
      need: 'live',
      drift: false,
      hold: heldBack('address', 'live', false, false, policy),
    },
  ];
}

function renameSteps(
  wanted: WantedLink,
  found: FoundLink,
  named: readonly Finding[],
): readonly PlannedStep[] {
  return named.flatMap(({ hold, need }) => {
    const disruptive = need === 'down';
    const planned = (step: Step): PlannedStep => ({
      step,
      disruptive,
      withheld: hold === null ? null : sentence(hold),
    });
    const rename = planned({ do: 'rename', id: wanted.id, from: found.name });
    if (!disruptive) return [rename];
    const now = objectId(wanted.namespace, found.name);
    return [planned({ do: 'down', id: now }), rename, planned({ do: 'up', id: wanted.id })];
  });
}

function judgeFields(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
  world: World,
) {
  const table = fieldsOf(wanted.kind);
  const findings: Finding[] = [];
  const agreed: { at: string; digest: string }[] = [];
  for (const [key, value] of Object.entries(wanted.fields)) {
    const row = table[key];
    if (row === undefined) throw new RangeError(`${kind.name} has no row for ${key}`);
    const is = found.values[key];
    // A pair without its other end is being born or dying: the next notice says which.
    if (row.place.at === 'peer' && is === 'none') continue;
    const standing = memory.inForce.get(key);
    const digest = digestOf(value);
    const around = { values: found.values, members: found.members };
    const silent = row.silent?.(value, around);
    if (is === undefined && row.untold === true) continue;
    if (is !== undefined && (row.agrees?.(value, is, around) ?? row.type.agrees(value, is))) {
      if (standing?.digest !== digest || standing.how === 'left' || standing.how === 'sent')
        agreed.push({ at: key, digest });
      continue;
    }
    const same = standing?.digest === digest;
    const drift = same && standing.how !== 'left' && standing.how !== 'sent';
    const adopting = key !== 'master' && (memory.origin === null || (same && standing.how === 'left'));
    const need = needFor(key, row, wanted, found, world);
    // Another end that was written anew comes with the pair that is made anew; one that went away is waited for.
    const comesAlong =
      row.place.at === 'peer' && !same && memory.origin === 'made' && world.kindOf(String(is)) !== undefined;
    const mentioned = comesAlong
      ? undefined
      : row.type.mentions?.(value).find((name) => world.kindOf(name) === undefined);
    const hold =
      silent !== undefined
        ? waitingFor(silent)
        : (missingMaster(key, found) ??
          renamedPeer(row, value, is, world) ??
          (mentioned === undefined ? undefined : waitingFor(mentioned)) ??
          onlyNewLink(key, need, wanted, found, memory, is) ??
          heldBack(key, need, drift, adopting, policy));
    // What the kernel does not report now is no drift: it is settled again when it can be.
    if (silent !== undefined && drift) continue;
    // What only follows from another difference is told with that one.
    const follows = hold?.why === 'waiting';
    findings.push({
      at: key,
      change: { key, wanted: value, found: key === 'master' && is === 'none' ? null : (is ?? null) },
      need,
      drift: drift && !follows,
      hold,
    });
  }
  return { findings, agreed };
}

/** The other end is the right one under a wrong name, which it is about to lose. */
function renamedPeer(row: AnyRow, wanted: Value, is: Value | undefined, world: World): Hold | undefined {
  if (row.place.at !== 'peer' || is === undefined || world.misnamed(String(wanted)) !== is) return undefined;
  return {
    why: 'waiting',
    for: String(wanted),
    reason: `waiting for ${wanted} to get its name back from ${is}`,
  };
}

/** Port attributes live in the master: without one of the right kind there is nothing to compare. */
function missingMaster(key: string, found: FoundLink): Hold | undefined {
  const master = masterOfPortKey(key);
  if (master === undefined || found.masterKind === master.kernel?.kind) return undefined;
  const reason = `waiting for a ${master.name} as master, whose port ${found.name} is to be`;
  return { why: 'waiting', for: 'master', reason };
}

function needFor(key: string, row: AnyRow, wanted: WantedLink, found: FoundLink, world: World): ChangeNeed {
  const isUp = found.values.state === 'up';
  const bare =
    key === 'master' &&
    (joinsDown(wanted.fields[key], world) || takesDown(found.masterKind, wanted.fields[key], world))
      ? 'down'
      : needOf(row, { found: found.values, wanted: wanted.fields });
  const empty = found.members.length === 0;
  if (bare === 'down') return isUp ? 'down' : 'live';
  if (bare === 'empty') return empty ? 'live' : 'empty';
  if (bare === 'empty-and-down') return empty ? (isUp ? 'down' : 'live') : isUp ? 'empty-and-down' : 'empty';
  return bare;
}

/** An attribute only a new link can have, on a link that vnetd did not make. */
function onlyNewLink(
  key: string,
  need: ChangeNeed,
  wanted: WantedLink,
  found: FoundLink,
  memory: Memory,
  is: Value | undefined,
): Hold | undefined {
  if (need === 'fixed') return { why: 'refused', reason: `${key} cannot be changed by anybody` };
  if (need !== 'recreate' || memory.origin === 'made') return undefined;
  const has = is === undefined ? `has no ${key}` : `has ${key} ${show(is)}`;
  const reason = `${found.name} is there and ${has}, not ${show(wanted.fields[key] ?? null)}, which only a new link can get; vnetd did not make it: \`ip link del ${found.name}\` would let it`;
  return { why: 'refused', reason };
}

function show(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Why a difference that could be mended is left for now; `adopting`: the link was found so, and nobody has asked since. */
export function heldBack(
  at: string,
  need: ChangeNeed,
  drift: boolean,
  adopting: boolean,
  policy: Policy,
): Hold | null {
  if (policy.forced) return null;
  const hold = policy.holds.get(at);
  if (hold !== undefined) return hold;
  if (drift && policy.onDrift === 'alert') return { why: 'alert' };
  if (!bounces.has(need)) return null;
  if (adopting) return { why: 'adoption', need };
  return policy.disruptive === 'alert' ? { why: 'disruptive', need } : null;
}

function fieldSteps(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  findings: readonly Finding[],
  memory: Memory,
  world: World,
): PlannedStep[] {
  const { id } = wanted;
  const ready = findings.filter(({ hold }) => hold === null);
  const steps: PlannedStep[] = [];
  const left = findings.filter(
    ({ hold }) => hold !== null && hold.why !== 'waiting' && hold.why !== 'refused',
  );
  if (left.length > 0) {
    const disruptive = left.some(({ need }) => bounces.has(need));
    const [{ hold }] = left as [Finding];
    steps.push({
      step: { do: 'set', id, kind: wanted.kind, fields: wantedOf(left) },
      disruptive,
      withheld: sentence(hold as Hold),
    });
  }
  if (ready.length === 0) return steps;
  const needs = new Set(ready.map(({ need }) => need));
  const now = (step: Step, disruptive: boolean) => steps.push({ step, disruptive, withheld: null });
  if (needs.has('recreate')) {
    now({ do: 'delete', id }, true);
    now({ do: 'create', id, kind: kind.name, fields: creationFields(wanted, kind, memory, world) }, true);
    return steps;
  }
  const empties = needs.has('empty') || needs.has('empty-and-down');
  const downs = needs.has('down') || needs.has('empty-and-down');
  const disruptive = empties || downs;
  if (empties) now({ do: 'release-members', id, members: found.members }, true);
  if (downs) now({ do: 'down', id }, true);
  const table = fieldsOf(wanted.kind);
  const [first, rest] = [
    ready.filter(({ at }) => table[at]?.beforeUp),
    ready.filter(({ at }) => !table[at]?.beforeUp),
  ];
  for (const some of [first, rest]) {
    if (some.length === 0) continue;
    const fields = { ...moved(wanted, table, some), ...sentFor(table, some, found) };
    now({ do: 'set', id, kind: wanted.kind, fields }, disruptive);
  }
  if (downs && wanted.fields.state !== 'down') now({ do: 'up', id }, true);
  if (empties) now({ do: 'return-members', id, members: found.members }, true);
  return steps;
}

/** What the kernel would move together with what is set, as far as it is declared: sent in the same request. */
function moved(wanted: WantedLink, table: Fields, findings: readonly Finding[]): Values {
  const found: Record<string, Value> = {};
  const keys = findings.map(({ at }) => at);
  for (const key of keys) {
    const value = wanted.fields[key];
    for (const other of value === undefined ? [] : (table[key]?.moves?.(value) ?? [])) {
      const theirs = wanted.fields[other];
      if (theirs === undefined || keys.includes(other)) continue;
      found[other] = theirs;
      keys.push(other);
    }
  }
  return found;
}

function sentFor(table: Fields, findings: readonly Finding[], found: FoundLink): Values {
  return Object.fromEntries(
    findings.map(({ at, change }) => [
      at,
      table[at]?.sentAs?.(change.wanted, found.values[at]) ?? change.wanted,
    ]),
  );
}

function wantedOf(findings: readonly Finding[]): Values {
  return Object.fromEntries(findings.map(({ at, change }) => [at, change.wanted]));
}

/** Why something is left, for plan and status. */
export function sentence(hold: Hold): string {
  switch (hold.why) {
    case 'waiting':
    case 'refused':
    case 'contested':
      return hold.reason;
    case 'busy':
      return 'the link is in use as it is';
    case 'alert':
      return 'left as it is (on_drift: alert)';
    case 'disruptive':
      return `left as it is (disruptive: alert): the link needs ${needWords[hold.need]}`;
    case 'adoption':
      return `left as it was found: the link needs ${needWords[hold.need]}`;
    default:
      return hold satisfies never;
  }
}

/** What a change needs, behind "the link needs". */
export const needWords: Readonly<Record<ChangeNeed, string>> = {
  live: 'nothing',
  down: 'to be taken down and up again',
  empty: 'to let go of its members for a moment',
  'empty-and-down': 'to be taken down, without its members, for a moment',
  recreate: 'to be deleted and made again',
  fixed: 'to be another one',
};
