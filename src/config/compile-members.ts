import { article } from '../derive/grammar.ts';
import { linkKey } from '../derive/link-keys.ts';
import type { LinkName, NamespaceName } from '../model/address.ts';
import { linkName } from '../model/address.ts';
import { didYouMean } from '../model/nearest.ts';
import { nameOf, type Written, type WrittenMap, type WrittenScalar } from '../model/written.ts';
import type { Kind } from '../reconcilers/kind.ts';
import { linkRef } from '../wire/composites.ts';
import { compileNested } from './compile-nested.ts';
import type { FieldPart, MemberPart, MembersPart } from './part.ts';
import { attempt, fault, mapWritten, nothingWritten, type Reading } from './reading.ts';

const member = linkRef();

/** `ports:` or `members:` of a master: a list of names, or a map of name to the member's attributes there. */
export function compileMembers(
  reading: Reading,
  master: Kind,
  namespace: NamespaceName,
  key: WrittenScalar,
  written: Written,
): MembersPart | undefined {
  if (written.is === 'null') return fault(reading, written, nothingWritten(key.text, '[]'));
  const members = new Map<LinkName, MemberPart>();
  const add = (item: Written, attributes?: WrittenMap) => {
    const name = readMember(reading, item);
    if (name === undefined) return;
    const first = members.get(name);
    if (first !== undefined) {
      fault(reading, item, `\`${name}\` is twice in \`${key.text}\``, first.at);
      return;
    }
    const fields = attributes === undefined ? {} : compilePortFields(reading, namespace, master, attributes);
    members.set(name, { name, at: item.offset, fields });
  };
  if (written.is === 'map') {
    for (const entry of written.entries) {
      const attributes = mapWritten(reading, entry.value, entry.key.text, 'a map of attributes here');
      if (attributes !== undefined) add(entry.key, attributes);
    }
  } else {
    for (const item of written.is === 'list' ? written.items : [written]) add(item);
  }
  return { at: key.offset, members: [...members.values()] };
}

function readMember(reading: Reading, item: Written): LinkName | undefined {
  if (item.is === 'map') {
    return fault(
      reading,
      item,
      'members are a list of names, or a map of name to attributes; not a list of maps',
    );
  }
  const text = attempt(reading, () => member.read(item));
  if (text === undefined) return undefined;
  if (!text.includes('/')) return linkName(text);
  return fault(
    reading,
    item,
    `a member is in its master’s own namespace; write its name alone, not ${nameOf(item)}`,
  );
}

/** Attributes of a member in a master of this kind, under their dotted keys. */
export function compilePortFields(
  reading: Reading,
  namespace: NamespaceName,
  master: Kind,
  map: WrittenMap,
): Record<string, FieldPart> {
  const table = master.membership?.port ?? { key: '', fields: {} };
  return compileNested(reading, namespace, table, map, (key) => unknownPortKey(master, key));
}

function unknownPortKey(master: Kind, key: string): string {
  const what = `a member of ${article(master.name)}`;
  if (linkKey(master, key) !== undefined && linkKey(master, key)?.is !== 'members') {
    return `\`${key}\` is a key of a link, not of its membership; write it on the link itself, under \`links\``;
  }
  const port = master.membership?.port;
  if (port === undefined) return `${what} has no attributes there`;
  return `${what} has no \`${key}\`${didYouMean(key, Object.keys(port.fields))}`;
}
