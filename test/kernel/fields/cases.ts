import type { Value, Values } from '../../../src/model/value.ts';
import type { AnyRow, Fields } from '../../../src/reconcilers/kind.ts';
import type { Namespace } from '../support/namespace.ts';

/** What the fields of one table are tried on. */
export interface Bed {
  /** A kind, or the key of a member's attributes: `bridge_port`. */
  readonly table: string;
  readonly kind: string;
  readonly fields: Fields;
  /** Commands of `ip -batch` that make what is there beside the links tried. */
  readonly companions: readonly string[];
  /** What no such command can make; done first. */
  readonly prepare?: (ns: Namespace) => Promise<void>;
  /** Commands that make link number n of this name where vnetd does not. */
  readonly foreign?: (name: string, n: number) => readonly string[];
  /** Fields that have to stand beside the one tried. */
  readonly beside: (key: string, value: Value, n: number) => Values;
  /** Values to try instead of the row's samples. */
  readonly values?: (key: string, n: number) => readonly Value[] | undefined;
  /** What the kernel moves with a key, by ip's name in linkinfo: what the other did, and nobody wrote. */
  readonly moved?: Readonly<Record<string, readonly string[]>>;
  /** Where the table asks for more than the kernel would, since nothing tells that less would do. */
  readonly untold?: (key: string, was: Value) => boolean;
  /** The only value there is: nobody can change it. */
  readonly single?: ReadonlySet<string>;
}

/** A link to try a field on, which starts with one of its values and goes on to the next. */
export interface Case {
  readonly name: string;
  readonly key: string;
  readonly row: AnyRow;
  readonly values: readonly Value[];
  readonly n: number;
  readonly at: number;
}

/** A round of the campaign: which of its values each link is declared with. */
export type Round = (one: Case) => Value;

export const first: Round = ({ values, at }) => values[at] as Value;
export const second: Round = ({ values, at }) => values[(at + 1) % values.length] as Value;
/** What somebody else sets: neither of the two. */
export const foreignValue: Round = ({ values, at }) =>
  values[(at + Math.max(2, values.length - 1)) % values.length] as Value;

/** Values near the bounds and in the middle, every word, at most so many. */
const MOST_VALUES = 9;

export function casesOf(bed: Bed): readonly Case[] {
  let n = 0;
  return Object.entries(bed.fields).flatMap(([key, row]) => {
    const values = (bed.values?.(key, n) ?? (row.type.samples as readonly Value[])).slice(0, MOST_VALUES);
    return values.map((_, at): Case => {
      n += 1;
      return {
        name: `c${n}`,
        key,
        row,
        values: bed.values?.(key, n)?.slice(0, MOST_VALUES) ?? values,
        n,
        at,
      };
    });
  });
}

/** The declaration of all of them, as YAML. */
export function declaration(
  bed: Bed,
  cases: readonly Case[],
  round: Round,
  state: string | undefined,
  sweep: string,
): string {
  const links = Object.fromEntries(
    cases.map((one) => {
      const value = round(one);
      const fields = { ...bed.beside(one.key, value, one.n), [one.key]: value };
      const { top, port } = split(bed, fields);
      const body = {
        ...(bed.foreign === undefined || bed.table === bed.kind ? { kind: bed.kind } : {}),
        ...(state === undefined || one.key === 'state' ? {} : { state }),
        ...top,
        ...(bed.table === bed.kind ? {} : { [bed.table]: port }),
      };
      return [one.name, body];
    }),
  );
  return JSON.stringify({ daemon: { sweep }, links });
}

function split(bed: Bed, fields: Values): { readonly top: Values; readonly port: Values } {
  if (bed.table === bed.kind) return { top: fields, port: {} };
  const isPort = ([key]: [string, Value]) => Object.hasOwn(bed.fields, key);
  const entries = Object.entries(fields);
  return {
    top: Object.fromEntries(entries.filter((entry) => !isPort(entry))),
    port: Object.fromEntries(entries.filter(isPort)),
  };
}
