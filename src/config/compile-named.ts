import type { LinkName } from '../model/address.ts';
import type { Written, WrittenMap } from '../model/written.ts';
import { fault, mapWritten, type Reading } from './reading.ts';

/** What a list of names is called where it is written, and what its names are called. */
interface Named<Part> {
  readonly list: string;
  readonly what: string;
  /** Undefined when it said that something is wrong with it. */
  readName(item: Written): LinkName | undefined;
  compile(name: LinkName, item: Written, attributes?: WrittenMap): Part;
}

/** A list of names, or a map of name to attributes; each name once. */
export function compileNamed<Part extends { readonly at: number }>(
  reading: Reading,
  written: Written,
  { list, what, readName, compile }: Named<Part>,
): readonly Part[] {
  const parts = new Map<LinkName, Part>();
  const add = (item: Written, attributes?: WrittenMap) => {
    if (item.is === 'map') {
      fault(reading, item, `${what} a list of names, or a map of name to attributes; not a list of maps`);
      return;
    }
    const name = readName(item);
    if (name === undefined) return;
    const first = parts.get(name);
    if (first === undefined) parts.set(name, compile(name, item, attributes));
    else fault(reading, item, `\`${name}\` is twice in \`${list}\``, first.at);
  };
  if (written.is === 'map') {
    for (const entry of written.entries) {
      const attributes = mapWritten(reading, entry.value, entry.key.text, 'a map of attributes here');
      if (attributes !== undefined) add(entry.key, attributes);
    }
  } else {
    for (const item of written.is === 'list' ? written.items : [written]) add(item);
  }
  return [...parts.values()];
}
