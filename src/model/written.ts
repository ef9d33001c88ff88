/**
 * What an operator wrote, before anybody knows what it means: scalars with their text as written,
 * lists and maps, each with the offset it stands at in its file.
 */
export type Written = WrittenScalar | WrittenList | WrittenMap | WrittenNull;

export interface WrittenScalar {
  readonly is: 'scalar';
  /** The text as written, without quotes: `01`, `1e3`, `0x8001`, `02:00:00:00:00:01`. */
  readonly text: string;
  readonly quoted: boolean;
  readonly offset: number;
}

export interface WrittenList {
  readonly is: 'list';
  readonly items: readonly Written[];
  readonly offset: number;
}

export interface WrittenMap {
  readonly is: 'map';
  readonly entries: readonly { readonly key: WrittenScalar; readonly value: Written }[];
  readonly offset: number;
}

export interface WrittenNull {
  readonly is: 'null';
  readonly offset: number;
}

/** Something written that does not fit: what it is, and what would be right. */
export class Misfit extends Error {
  readonly written: Written;

  constructor(written: Written, message: string) {
    super(message);
    this.name = 'Misfit';
    this.written = written;
  }
}

/** More of a text than that is not quoted. */
const MOST_QUOTED = 60;

/** A short name for what was written, for sentences. */
export function nameOf(written: Written): string {
  switch (written.is) {
    case 'scalar':
      return written.quoted ? JSON.stringify(shortened(written.text)) : shortened(written.text);
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    case 'null':
      return 'nothing';
    default:
      return written satisfies never;
  }
}

function shortened(text: string): string {
  const line = text.split('\n', 1)[0]?.trimEnd() ?? '';
  const cut = line.length > MOST_QUOTED ? line.slice(0, MOST_QUOTED) : line;
  return cut === text ? text : `${cut}…`;
}

/** The text of a scalar, or a misfit that says what was expected. */
export function textWritten(written: Written, expected: string): string {
  if (written.is === 'scalar') return written.text;
  throw new Misfit(written, `${expected} is expected here, not ${nameOf(written)}`);
}
