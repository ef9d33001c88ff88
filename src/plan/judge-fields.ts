import { wholeOf } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Value } from '../model/value.ts';
import { masterOfPortKey, rowOf } from '../reconcilers/index.ts';
import { type AnyRow, type ChangeNeed, type Kind, needOf, type PlaceInOvsdb } from '../reconcilers/kind.ts';
import { firstAbsent, unable, waitingFor } from './creation.ts';
import { heldBack } from './hold.ts';
import { joinsDown, takesDown } from './membership.ts';
import {
  digestOf,
  type Finding,
  type FoundLink,
  type Hold,
  type Memory,
  type Policy,
  type World,
} from './situation.ts';

export function judgeFields(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  memory: Memory,
  policy: Policy,
  world: World,
) {
  const findings: Finding[] = [];
  const agreed: { at: string; digest: string }[] = [];
  for (const [key, value] of Object.entries(wanted.fields)) {
    const row = rowOf(wanted.kind, key);
    if (row === undefined) throw new RangeError(`${kind.name} has no row for ${key}`);
    const is = found.values[key];
    // A pair without its other end is being born or dying: the next notice says which.
    if (row.place.at === 'peer' && is === 'none') continue;
    const standing = memory.inForce.get(key);
    const digest = digestOf(value);
    const awaited = found.awaits?.(key);
    const silent = awaited ?? row.silent?.(value, found);
    if (is === undefined && row.untold === true) continue;
    if (is !== undefined && (row.type.agrees(value, is) || row.agrees?.(value, is, found) === true)) {
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
    // Nobody but vnetd would make the end that a found pair has not.
    const mentioned =
      comesAlong || row.place.at === 'ovsdb' || (row.place.at === 'peer' && memory.origin !== 'made')
        ? undefined
        : row.type.mentions?.(value).find((name) => world.kindOf(name) === undefined);
    const hold =
      silent !== undefined
        ? waitingFor(silent)
        : (missingMaster(key, found) ??
          renamedPeer(row, value, is, world) ??
          (mentioned === undefined ? undefined : waitingFor(mentioned)) ??
          entryAbsent(wanted, row, value, world) ??
          unableTo(row, key, value, world) ??
          onlyNewLink(key, need, wanted, found, memory, is) ??
          heldBack(key, need, drift, adopting, policy) ??
          (need === 'recreate' ? firstAbsent(wanted, kind, world) : undefined) ??
          null);
    // What the kernel does not report now is no drift: it is settled again when it can be.
    if (silent !== undefined && drift && awaited === undefined) continue;
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

/** An entry of its bridge's that it names and that is neither there nor goes in with it. */
function entryAbsent({ id }: WantedLink, { place }: AnyRow, value: Value, world: World): Hold | undefined {
  const list = place.at === 'ovsdb' ? place.entryOf : undefined;
  const whole = wholeOf(id);
  if (list === undefined || whole === undefined || value === (place as PlaceInOvsdb).empty) return undefined;
  if (world.switched?.entry(whole, list, String(value)) !== 'absent') return undefined;
  return waitingFor(`${list} ${String(value)}`);
}

function unableTo(row: AnyRow, key: string, value: Value, world: World): Hold | undefined {
  const reason = unable(row, key, value, world);
  return reason === undefined ? undefined : { why: 'refused', reason };
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
