import type { Value } from '../model/value.ts';
import { type BitField, bitsIn, bytesWith } from '../wire/bit-fields.ts';
import type { WireType } from '../wire/type.ts';
import { infoSpread, type Row, type RowOptions } from './kind.ts';

/** Where a number of the kind stands, alone or beside others in one attribute. */
export interface NumberPlace extends BitField {
  readonly attribute: number;
}

/** The bit that stands for a word, and whether it says so by being set or by being clear. */
export interface WordPlace {
  readonly word: string;
  readonly attribute: number;
  readonly bit: BitField;
  readonly when: 'set' | 'clear';
}

/** A number, or a word that is a bit of another attribute: `nokey`, `encaplimit none`, `tclass inherit`. */
export function numberOrWord<V extends Value>(
  number: NumberPlace,
  word: WordPlace,
  type: WireType<V>,
  options: RowOptions<V>,
  doc: string,
): Row<V> {
  const bitFor = (isWord: boolean) => bytesWith(word.bit, isWord === (word.when === 'set') ? 1 : 0);
  return infoSpread(
    [number.attribute, word.attribute],
    type,
    {
      write: (value) =>
        value === word.word
          ? [bytesWith(number, 0), bitFor(true)]
          : [bytesWith(number, Number(value)), bitFor(false)],
      read([said, flags]) {
        const bit = flags === undefined ? undefined : bitsIn(word.bit, flags);
        if (bit === undefined) return undefined;
        if ((bit === 1) === (word.when === 'set')) return word.word as V;
        return (said === undefined ? undefined : bitsIn(number, said)) as V | undefined;
      },
    },
    options,
    doc,
  );
}
