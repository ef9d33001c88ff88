import { everyLinkOf } from '../reconcilers/every-link.ts';
import { linkKinds, listsOf, masters, mayBeMember, partKinds, rowOf } from '../reconcilers/index.ts';
import {
  type AnyRow,
  type Group,
  isOpenMap,
  type Kind,
  type Parts,
  type Shorthand,
} from '../reconcilers/kind.ts';
import type { ListTable } from '../reconcilers/list.ts';

/** Keys of a link that are neither attributes nor lists. */
export const ownKeys = ['kind', 'on_drift', 'exclusive'] as const;

/** A key of a link of some kind, with what it stands for. */
export type LinkKey =
  | { readonly is: 'own'; readonly key: (typeof ownKeys)[number] }
  | { readonly is: 'field'; readonly key: string; readonly row: AnyRow }
  | { readonly is: 'shorthand'; readonly key: string; readonly row: AnyRow; readonly shorthand: Shorthand }
  | { readonly is: 'list'; readonly key: string; readonly table: ListTable }
  /** A map whose keys are attributes of their own, whatever they are. */
  | { readonly is: 'map'; readonly key: string; readonly row: AnyRow }
  /** Objects of another kind that are parts of the link. */
  | { readonly is: 'parts'; readonly key: string; readonly parts: Parts }
  | { readonly is: 'members'; readonly key: string }
  /** Attributes of the kind in a map. */
  | { readonly is: 'group'; readonly key: string; readonly group: Group }
  /** Attributes in a master of some kind: `bridge_port`. */
  | { readonly is: 'port'; readonly key: string; readonly master: Kind };

const otherSpellings = new Map(
  [...linkKinds, ...partKinds].map((kind) => [
    kind.name,
    new Map(
      Object.entries(kind.fields).flatMap(([key, row]) =>
        (row.also ?? []).map((also: string) => [also, key] as const),
      ),
    ),
  ]),
);

/** What a key means on a link of this kind, or undefined when it means nothing there. */
export function linkKey(kind: Kind, written: string): LinkKey | undefined {
  const own = ownKeysOf(kind).find((key) => key === written);
  if (own !== undefined) return { is: 'own', key: own };
  if (Object.hasOwn(kind.lacks ?? {}, written)) return undefined;
  const table = Object.hasOwn(listsOf(kind), written) ? listsOf(kind)[written] : undefined;
  if (table !== undefined) return { is: 'list', key: written, table };
  if (kind.parts?.list === written) return { is: 'parts', key: written, parts: kind.parts };
  if (kind.membership?.list === written) return { is: 'members', key: written };
  const master = mayBeMember(kind)
    ? masters.find(({ membership }) => membership?.port?.key === written)
    : undefined;
  if (master !== undefined) return { is: 'port', key: written, master };
  const group = Object.hasOwn(kind.groups ?? {}, written) ? kind.groups?.[written] : undefined;
  if (group !== undefined) return { is: 'group', key: written, group };
  // Attributes in a master and in maps are kept under dotted keys, which is not how they are written.
  if (written.includes('.')) return undefined;
  return shorthandKey(kind, written) ?? fieldKey(kind, written);
}

function shorthandKey({ name, shorthands = {} }: Kind, written: string): LinkKey | undefined {
  const shorthand = Object.hasOwn(shorthands, written) ? shorthands[written] : undefined;
  const row = shorthand === undefined ? undefined : rowOf(name, shorthand.keys[0]);
  if (shorthand === undefined || row === undefined) return undefined;
  return { is: 'shorthand', key: written, row, shorthand };
}

function fieldKey(kind: Kind, written: string): LinkKey | undefined {
  const key = otherSpellings.get(kind.name)?.get(written) ?? written;
  const row = rowOf(kind.name, key);
  if (row === undefined || row.implied === true) return undefined;
  return { is: isOpenMap(row) ? 'map' : 'field', key, row };
}

/** Keys of an object of a kind that are neither attributes nor lists; a part’s kind follows from where it stands. */
export function ownKeysOf(kind: Kind): readonly (typeof ownKeys)[number][] {
  return ownKeys.filter((key) => key !== 'kind' || !partKinds.includes(kind));
}

/** Every key that may be written on a link of this kind. */
export function keysOfLink(kind: Kind): readonly string[] {
  const ports = masters.flatMap(({ membership }) =>
    membership?.port === undefined ? [] : [membership.port.key],
  );
  const fields = { ...everyLinkOf(kind), ...kind.fields, ...kind.groups, ...kind.shorthands };
  return [
    ...ownKeysOf(kind),
    ...Object.keys(fields).filter((key) => kind.fields[key]?.implied !== true),
    ...Object.keys(listsOf(kind)),
    ...(kind.membership === undefined ? [] : [kind.membership.list]),
    ...(kind.parts === undefined ? [] : [kind.parts.list]),
    ...(mayBeMember(kind) ? ports : []),
  ];
}

/** The map of a kind in which a key stands that means nothing beside it; undefined where it is in none. */
export function mapWith({ groups = {}, fields }: Kind, written: string): string | undefined {
  const group = Object.keys(groups).find((key) => Object.hasOwn(groups[key]?.fields ?? {}, written));
  return group ?? Object.keys(fields).find((key) => fields[key]?.inside?.includes(written) === true);
}
