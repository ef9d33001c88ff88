import { article } from '../derive/grammar.ts';
import { linkKey } from '../derive/link-keys.ts';
import type { LinkName, NamespaceName } from '../model/address.ts';
import { linkName } from '../model/address.ts';
import { didYouMean } from '../model/nearest.ts';
import { nameOf, type Written, type WrittenMap, type WrittenScalar } from '../model/written.ts';
import type { Kind } from '../reconcilers/kind.ts';
import { linkRef } from '../wire/composites.ts';
import { compileNamed } from './compile-named.ts';
import { compileNested } from './compile-nested.ts';
import type { FieldPart, MemberPart, MembersPart } from './part.ts';
import { attempt, fault, nothingWritten, type Reading } from './reading.ts';

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
  const members = compileNamed<MemberPart>(reading, written, {
    list: key.text,
    what: 'members are',
    readName: (item) => readMember(reading, item),
    compile: (name, item, attributes) => ({
      name,
      at: item.offset,
      fields: attributes === undefined ? {} : compilePortFields(reading, namespace, master, attributes),
    }),
  });
  return { at: key.offset, members };
}

function readMember(reading: Reading, item: Written): LinkName | undefined {
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
