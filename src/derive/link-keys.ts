import { everyLinkOf } from '../reconcilers/every-link.ts';
import { linkKinds, listsOf, masters, rowOf } from '../reconcilers/index.ts';
import type { AnyRow, Group, Kind, Shorthand } from '../reconcilers/kind.ts';
import type { ListTable } from '../reconcilers/list.ts';

/** Keys of a link that are neither attributes nor lists. */
export const ownKeys = ['kind', 'on_drift', 'exclusive'] as const;

/** A key of a link of some kind, with what it stands for. */
export type LinkKey =
  | { readonly is: 'own'; readonly key: (typeof ownKeys)[number] }
  | { readonly is: 'field'; readonly key: string; readonly row: AnyRow }
  | { readonly is: 'shorthand'; readonly key: string; readonly row: AnyRow; readonly shorthand: Shorthand }
  | { readonly is: 'list'; readonly key: string; readonly table: ListTable }
  | { readonly is: 'members'; readonly key: string }
  /** Attributes of the kind in a map. */
  | { readonly is: 'group'; readonly key: string; readonly group: Group }
  /** Attributes in a master of some kind: `bridge_port`. */
  | { readonly is: 'port'; readonly key: string; readonly master: Kind };

const otherSpellings = new Map(
  linkKinds.map((kind) => [
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
  const own = ownKeys.find((key) => key === written);
  if (own !== undefined) return { is: 'own', key: own };
  const table = Object.hasOwn(listsOf(kind), written) ? listsOf(kind)[written] : undefined;
  if (table !== undefined) return { is: 'list', key: written, table };
  if (kind.membership?.list === written) return { is: 'members', key: written };
  const master = masters.find(({ membership }) => membership?.port?.key === written);
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
  return row === undefined ? undefined : { is: 'field', key, row };
}

/** Every key that may be written on a link of this kind. */
export function keysOfLink(kind: Kind): readonly string[] {
  const ports = masters.flatMap(({ membership }) =>
    membership?.port === undefined ? [] : [membership.port.key],
  );
  return [
    ...ownKeys,
    ...Object.keys({ ...everyLinkOf(kind), ...kind.fields, ...kind.groups, ...kind.shorthands }),
    ...Object.keys(listsOf(kind)),
    ...(kind.membership === undefined ? [] : [kind.membership.list]),
    ...ports,
  ];
}
