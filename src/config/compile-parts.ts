import { type LinkName, linkName } from '../model/address.ts';
import { textWritten, type Written, type WrittenMap, type WrittenScalar } from '../model/written.ts';
import type { Parts } from '../reconcilers/kind.ts';
import { linkNameFault } from '../wire/composites.ts';
import { compileNamed } from './compile-named.ts';
import type { LinkPart, PartsPart } from './part.ts';
import { attempt, fault, nothingWritten, type Reading } from './reading.ts';

/** Compiles one part, of whose attributes perhaps nothing is written. */
export type CompilePart = (name: LinkName, key: Written, attributes?: WrittenMap) => LinkPart;

/** `ports:` of an Open vSwitch bridge: a list of names, or a map of name to attributes. Each is an object of its own. */
export function compileParts(
  reading: Reading,
  { list }: Parts,
  key: WrittenScalar,
  written: Written,
  compile: CompilePart,
): PartsPart | undefined {
  if (written.is === 'null') return fault(reading, written, nothingWritten(list, '[]'));
  const links = compileNamed(reading, written, {
    list,
    what: `\`${list}\` is`,
    readName: (item) => readName(reading, item),
    compile,
  });
  return { at: key.offset, links };
}

function readName(reading: Reading, item: Written): LinkName | undefined {
  const name = attempt(reading, () => textWritten(item, 'the name of a port'));
  const wrong = name === undefined ? undefined : linkNameFault(name);
  if (wrong !== undefined) return fault(reading, item, wrong);
  return name === undefined ? undefined : linkName(name);
}
