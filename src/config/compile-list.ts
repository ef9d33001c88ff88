import type { LinkName, NamespaceName } from '../model/address.ts';
import type { WantedEntry } from '../model/declaration.ts';
import type { Written, WrittenMap, WrittenScalar } from '../model/written.ts';
import type { ListTable } from '../reconcilers/list.ts';
import type { ListPart } from './part.ts';
import { attempt, fault, mapWritten, nothingWritten, type Reading } from './reading.ts';

/** A list of a link: items, a map of item to attributes, or one item by itself. */
export function compileList(
  reading: Reading,
  holder: { readonly namespace: NamespaceName; readonly name: LinkName },
  key: WrittenScalar,
  table: ListTable,
  written: Written,
): ListPart | undefined {
  if (written.is === 'null') return fault(reading, written, nothingWritten(key.text, '[]'));
  const entries: WantedEntry[] = [];
  const places: number[] = [];
  const seen = new Map<string, number>();
  for (const item of itemsWritten(reading, table, written)) {
    const read = attempt(reading, () => table.read(item, holder)) ?? [];
    const sameFor = (entry: WantedEntry) => table.sameFor?.(entry) ?? entry.key;
    const again = read.find((entry) => seen.has(sameFor(entry)));
    if (again !== undefined) {
      const name = sameFor(again);
      fault(reading, item, `\`${name}\` is twice in \`${key.text}\``, seen.get(name) ?? 0);
      continue;
    }
    for (const entry of read) {
      seen.set(sameFor(entry), item.offset);
      entries.push(entry);
      places.push(item.offset);
    }
  }
  return { at: key.offset, entries, places };
}

function itemsWritten(reading: Reading, table: ListTable, written: Written): readonly Written[] {
  if (written.is === 'list') return written.items;
  if (written.is !== 'map') return [written];
  const identity = identityOf(table);
  if (identity !== undefined && written.entries.some(({ key }) => key.text === identity)) return [written];
  return written.entries.flatMap(({ key, value }) => {
    const attributes = mapWritten(reading, value, key.text, 'a map of attributes here');
    return attributes === undefined ? [] : [itemOf(identity, key, attributes)];
  });
}

/** `10.0.0.1/24: { label: … }` as the item it stands for. */
function itemOf(identity: string | undefined, key: WrittenScalar, attributes: WrittenMap): Written {
  if (attributes.entries.length === 0) return key;
  const named = identity === undefined ? [] : [{ key: { ...key, text: identity }, value: key }];
  return { is: 'map', offset: key.offset, entries: [...named, ...attributes.entries] };
}

/** The key that says which entry a map is: `address` of addresses, `vid` of vlans. */
export function identityOf(table: ListTable): string | undefined {
  return Object.entries(table.fields).find(([, field]) => field.required === true)?.[0];
}
