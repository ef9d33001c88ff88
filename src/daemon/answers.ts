import { foundLink } from '../inventory/found.ts';
import type { InventoryLink } from '../inventory/links.ts';
import { type ObjectId, objectId, resolveReference } from '../model/address.ts';
import { entryText } from '../model/entry-text.ts';
import type { ObjectDetail, ShownAttribute } from '../model/status.ts';
import type { PlannedStep } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import type { Ledger } from '../owners/ledger.ts';
import { sentence } from '../plan/hold.ts';
import { kindNamed } from '../reconcilers/index.ts';
import type { Held } from './held.ts';
import { statusOf } from './held.ts';
import type { Keeper } from './keeper.ts';
import type { Ability } from './messages.ts';

/** Everything about one object, as `vnetctl show` shows it. */
export function detailOf(keeper: Keeper, ledger: Ledger, id: ObjectId): ObjectDetail | null {
  const held = keeper.objects.get(id);
  if (held === undefined) return null;
  const link = keeper.linkOf(id);
  const idsOf = (links: readonly InventoryLink[] | undefined) =>
    (links ?? []).map(({ name }) => objectId(held.wanted.namespace, name));
  const room = keeper.rooms.of(id);
  const standing = link === undefined || room === undefined ? [] : keeper.rooms.over(room, link.ifindex);
  const over = standing.map((one) => objectId(one.place.name, one.link.name));
  const members = link === undefined ? [] : idsOf(room?.inventory.members(link.ifindex));
  const master = room?.inventory.link(link?.master ?? 0);
  return {
    status: statusOf(id, held),
    ifindex: link?.ifindex ?? null,
    origin: ledger.get(id).origin,
    onDrift: held.wanted.onDrift,
    attributes: attributesOf(keeper, id, held),
    under: [...new Set([...underOf(held), ...members])],
    over: [...new Set([...over, ...idsOf(master === undefined ? [] : [master])])],
    plan: keeper.plan(id),
  };
}

function attributesOf(keeper: Keeper, id: ObjectId, held: Held): ShownAttribute[] {
  const link = keeper.linkOf(id);
  const view = keeper.rooms.of(id)?.view;
  const found = link === undefined || view === undefined ? undefined : foundLink(view, held.wanted, link);
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
      agrees: link !== undefined && !differs(key),
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
        found: is === undefined ? null : entryText(entry.key, alsoFound(entry.fields, is.fields)),
        agrees: link !== undefined && !differs(at),
        note: note(at),
      };
    }),
  );
  return [...plain, ...entries];
}

/** Of a found entry, what is written of the wanted one. */
function alsoFound(wanted: Values, found: Values): Values {
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, found[key] ?? null]));
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

/** What would be done now; for one object, for some, or (null) for all. */
export function planOf(keeper: Keeper, ids: readonly ObjectId[] | null): readonly PlannedStep[] {
  return (ids ?? [...keeper.objects.ids()]).flatMap((id) => keeper.plan(id));
}

/** What this kernel lacks for what is declared: what it refused as not known to it. */
export function doctorOf(keeper: Keeper): readonly Ability[] {
  return [...keeper.objects.entries()].map(([id, held]) => {
    const lacking = [...held.refusals.values()].find(({ inability }) => inability);
    const module = kindNamed(held.wanted.kind)?.kernel?.module;
    const link = keeper.linkOf(id);
    const words =
      lacking === undefined
        ? link === undefined
          ? `nothing named ${id} yet`
          : 'this kernel has all that is declared'
        : `${lacking.reason}${module === undefined ? '' : `; the kernel module is ${module}`}`;
    return {
      id,
      kind: held.wanted.kind,
      able: lacking === undefined,
      words,
    };
  });
}
