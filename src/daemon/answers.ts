import type { InventoryLink } from '../inventory/links.ts';
import { type ObjectId, objectId, resolveReference } from '../model/address.ts';
import { entryText } from '../model/entry-text.ts';
import type { ObjectDetail, ShownAttribute } from '../model/status.ts';
import type { PlannedStep } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import type { Ledger } from '../owners/ledger.ts';
import { sentence } from '../plan/hold.ts';
import { isOurs } from '../plan/situation.ts';
import { kindNamed, linkKinds, listNamed, peerKeyOf, sourcesOf, switchedList } from '../reconcilers/index.ts';
import type { Held } from './held.ts';
import { statusOf } from './held.ts';
import type { Keeper } from './keeper.ts';

/** Everything about one object, as `vnetctl show` shows it. */
export function detailOf(keeper: Keeper, ledger: Ledger, id: ObjectId): ObjectDetail | null {
  const held = keeper.objects.get(id);
  if (held === undefined) return null;
  const link = keeper.sightings.linkOf(id);
  const idsOf = (links: readonly InventoryLink[] | undefined) =>
    (links ?? []).map(({ name }) => objectId(held.wanted.namespace, name));
  const room = keeper.rooms.of(id);
  const standing = link === undefined || room === undefined ? [] : keeper.rooms.over(room, link.ifindex);
  // Each end of a pair names the other as what it stands on (IFLA_LINK).
  const isPair = linkKinds.some(
    (kind) => kind.kernel?.kind === link?.kind && peerKeyOf(kind.name) !== undefined,
  );
  const isOtherEnd = (one: InventoryLink) => isPair && one.kind === link?.kind;
  const idOf = (one: (typeof standing)[number]) => objectId(one.place.name, one.link.name);
  const otherEnd = standing.find((one) => isOtherEnd(one.link));
  const over = standing.filter((one) => !isOtherEnd(one.link)).map(idOf);
  const members = link === undefined ? [] : idsOf(room?.inventory.members(link.ifindex));
  const master = room?.inventory.link(link?.master ?? 0);
  const switched = keeper.sightings.switchedLayers(id, held);
  return {
    status: { ...statusOf(id, held), reason: wholeReason(held) },
    ifindex: link?.ifindex ?? null,
    files: filesOf(keeper, id, held),
    origin: ledger.get(id).origin,
    onDrift: held.wanted.onDrift,
    attributes: attributesOf(keeper, id, held),
    under: [...new Set([...(switched?.under ?? underOf(held)), ...members])],
    over: [...new Set([...over, ...(switched?.over ?? []), ...idsOf(master === undefined ? [] : [master])])],
    otherEnd: switched?.otherEnd ?? (otherEnd === undefined ? null : idOf(otherEnd)),
    plan: stepsOf(keeper, id),
  };
}

/** The reason as status has it, with all that is known of why. */
function wholeReason({ reason, refusals }: Held): string | null {
  const refusal = [...refusals].find(([, one]) => reason?.startsWith(one.reason) === true)?.[1];
  if (reason === null || refusal === undefined) return reason;
  return `${refusal.whole}${reason.slice(refusal.reason.length)}`;
}

/** The files a link of the kind has, declared or not. */
function filesOf(keeper: Keeper, id: ObjectId, { wanted }: Held): string[] {
  const link = keeper.sightings.linkOf(id);
  const view = keeper.rooms.of(id)?.view;
  if (link === undefined || view === undefined) return [];
  const files = sourcesOf(wanted.kind).map((source) => view.facets?.[source].file(view.faceted(link)));
  return files.filter((file) => file !== undefined);
}

function attributesOf(keeper: Keeper, id: ObjectId, held: Held): ShownAttribute[] {
  const found = keeper.sightings.foundOf(id);
  const findings = keeper.judgement(id)?.findings ?? [];
  const note = (at: string) => {
    const hold = findings.find((finding) => finding.at === at)?.hold;
    return hold == null ? null : sentence(hold);
  };
  const differs = (at: string) => findings.some((finding) => finding.at === at);
  const plain = Object.entries(held.wanted.fields).map(([key, wanted]) => {
    return {
      key,
      wanted,
      found: found?.values[key] ?? null,
      agrees: found !== undefined && !differs(key),
      note: note(key),
    };
  });
  const entries = Object.entries(held.wanted.lists).flatMap(([list, { entries: wanted }]) =>
    wanted.map((entry) => {
      const at = `${list}/${entry.key}`;
      const is = found?.list(list)?.get(entry.key);
      return {
        key: list,
        wanted: entryText(entry.key, entry.fields),
        found: is === undefined ? null : entryText(entry.key, alsoFound(list, entry.fields, is.fields)),
        agrees: found !== undefined && !differs(at),
        note: note(at),
      };
    }),
  );
  return [...plain, ...entries];
}

/** Of a found entry, what is written of the wanted one, and what else is not as wanted. */
function alsoFound(list: string, wanted: Values, found: Values): Values {
  const written = Object.keys(wanted).map((key) => [key, found[key] ?? null] as const);
  return { ...Object.fromEntries(written), ...listNamed(list)?.differing?.(wanted, found) };
}

/** The links an object stands on, by its declaration. */
function underOf({ wanted }: Held): string[] {
  const own = kindNamed(wanted.kind)?.fields ?? {};
  return Object.entries(own).flatMap(([key, row]) => {
    const value = wanted.fields[key];
    if (value === undefined || row.place.at === 'peer') return [];
    return [...(row.type.mentions?.(value) ?? [])].map((name) => resolveReference(wanted.namespace, name));
  });
}

/** What vnetd made, or put something on, and what no file declares any more, of what is still there. */
export function undeclaredOf(keeper: Keeper, ledger: Ledger): readonly ObjectId[] {
  return ledger.ids().filter((id) => {
    if (keeper.objects.get(id) !== undefined) return false;
    const { kind, origin, inForce } = ledger.get(id);
    const isHeld = origin === 'made' || [...inForce.values()].some(({ how }) => isOurs(how));
    return isHeld && keeper.sightings.isThere(id, kind);
  });
}

/** What would be done now; for one object, for some, or (null) for all. */
export function planOf(keeper: Keeper, ids: readonly ObjectId[] | null): readonly PlannedStep[] {
  return (ids ?? [...keeper.objects.ids()]).flatMap((id) => stepsOf(keeper, id));
}

/** The steps of an object; a link that is to be made says what follows when it is there. */
function stepsOf(keeper: Keeper, id: ObjectId): readonly PlannedStep[] {
  const wanted = keeper.objects.get(id)?.wanted;
  return keeper.plan(id).map((planned) => {
    const { step } = planned;
    if (step.do !== 'create' || step.id !== id || wanted === undefined) return planned;
    const fields = Object.entries(wanted.fields).filter(
      ([key, value]) => step.fields[key] === undefined && value !== 'none' && value !== 'down',
    );
    const lists = Object.entries(wanted.lists).flatMap(([list, { entries }]) =>
      // What goes in with it has steps of its own.
      entries.length === 0 || switchedList(list) !== undefined
        ? []
        : [[list, entries.map(({ key }) => key)] as const],
    );
    const then = Object.fromEntries([...fields, ...lists]);
    return Object.keys(then).length === 0 ? planned : { ...planned, then };
  });
}
