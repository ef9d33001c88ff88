import { didYouMean } from '../model/nearest.ts';
import { Misfit, textWritten, type Written } from '../model/written.ts';
import { listsOf } from '../reconcilers/index.ts';
import type { Kind } from '../reconcilers/kind.ts';
import { itemsOf } from '../wire/composites.ts';
import { readSwitch } from '../wire/words.ts';
import { isForLater, notInThisVersion } from './later.ts';
import type { ExclusivePart } from './part.ts';
import { attempt, fault, nothingWritten, type Reading } from './reading.ts';

/** Lists `exclusive` may name on a link of this kind. */
export function listsToComplete(kind: Kind): readonly string[] {
  const tables = Object.values(listsOf(kind)).filter((table) => table.canBeComplete);
  return [
    ...tables.map(({ name }) => name),
    ...(kind.membership === undefined ? [] : [kind.membership.list]),
    ...(kind.parts === undefined ? [] : [kind.parts.list]),
  ];
}

/** `exclusive: true`, or the lists it is about. */
export function compileExclusive(reading: Reading, kind: Kind, written: Written): ExclusivePart | undefined {
  if (written.is === 'null') return fault(reading, written, nothingWritten('exclusive', 'true'));
  const known = listsToComplete(kind);
  const at = written.offset;
  if (written.is === 'scalar' && !known.includes(written.text)) {
    const all = attempt(reading, () => readSwitch(written));
    return all === true ? { at, lists: 'all' } : undefined;
  }
  const named = attempt(reading, () => itemsOf(written).map((item) => readList(known, item)));
  return named === undefined ? undefined : { at, lists: [...new Set(named)] };
}

function readList(known: readonly string[], item: Written): string {
  const name = textWritten(item, 'the name of a list');
  if (known.includes(name)) return name;
  if (isForLater('link', name)) throw new Misfit(item, notInThisVersion(name));
  throw new Misfit(
    item,
    `\`${name}\` is no list that can be complete here: ${known.join(', ')}${didYouMean(name, known)}`,
  );
}
