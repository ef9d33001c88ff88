import type { Value } from '../model/value.ts';
import type { Written } from '../model/written.ts';
import type { Slice } from './bytes.ts';

/** A JSON Schema (draft-7) fragment. */
export type Schema = { readonly [key: string]: Value };

/** How names and numbers of links are turned into each other, seen from the namespace of the link in question. */
export interface Names {
  /** The number of a link referred to by name, or undefined while there is none. */
  indexOf(reference: string): number | undefined;
  /** The name of a link by number, as it is referred to from here; undefined when no such link is known. */
  nameOf(index: number): string | undefined;
  /** A descriptor of the namespace a reference leads to; undefined for one that is not there. */
  namespaceOf?(reference: string): number | undefined;
}

/**
 * How one value lives on the wire, and everything about agreement: byte order and unit are in its name.
 * A value is canonical: reading, decoding and showing give the same form.
 */
export interface WireType<V extends Value = Value> {
  /** Byte order and unit: `u16be`, `centiseconds`. */
  readonly name: string;
  /** What may be written, for people: `0 to 65535`, `on or off`. */
  readonly range: string;
  readonly schema: Schema;
  /** The canonical value of what was written; throws a Misfit. */
  read(written: Written): V;
  /** The payload; undefined when a name in it has no link yet, {@link leftOut} when the value is said by silence. */
  encode(value: V, names: Names): Uint8Array | undefined;
  /** The value, or undefined when the payload does not hold one. */
  decode(slice: Slice, names: Names): V | undefined;
  /** Whether what is found is what was wanted, as the kernel keeps it (rounding, order, masks). */
  agrees(wanted: V, found: V): boolean;
  /** The references a value makes: what must be there first. */
  mentions?(value: V): readonly string[];
  /** Values that may be written: at least two, and the bounds where there are some. For tests. */
  readonly samples: readonly V[];
  /** Texts that must be refused. For tests. */
  readonly refused: readonly string[];
}

/** What a type's `encode` gives for a value that is said by leaving the attribute out. */
export const leftOut: Uint8Array = new Uint8Array(0);
