import type { Complaint, Place } from '../model/place.ts';
import { masked, type Secret, secretsIn, withoutSecrets } from './secrets.ts';

/** A text with the name it is known by, and where its lines begin. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** The offset each line begins at. */
  readonly lines: readonly number[];
  /** Where values stand that nobody is to be shown. */
  secrets(): readonly Secret[];
}

/** Something said about a text, before it is known how the text is shown. */
export interface Remark {
  readonly at: number;
  readonly message: string;
  /** A second place in the same text. */
  readonly also?: number;
}

const LONGEST_EXCERPT = 110;
/** So many characters are shown before the caret of a line that is cut. */
const BEFORE_CARET = 60;

export function sourceOf(file: string, text: string): Source {
  const lines = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines.push(end + 1);
  let found: readonly Secret[] | undefined;
  return {
    file,
    text,
    lines,
    secrets() {
      found ??= secretsIn(text);
      return found;
    },
  };
}

/** The place of an offset, by binary search. */
export function placeAt(source: Source, offset: number): Place {
  const { lines } = source;
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { file: source.file, line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
}

/** A complaint about a place; one that has to do with a second place names that too. */
export function complaintAt(source: Source, offset: number, sentence: string, also?: Place): Complaint {
  const secrets = source.secrets();
  const told = withoutSecrets(sentence, source.text, secrets);
  const message = also === undefined ? told : `${told}; the other place is ${placeText(also)}`;
  const place = placeAt(source, offset);
  const from = source.lines[place.line - 1] ?? 0;
  const line = masked(source.text, from, lineEnd(source.text, from), secrets);
  const complaint = { ...place, message: printable(message), excerpt: excerptOf(line, place.column - 1) };
  return also === undefined ? complaint : { ...complaint, also };
}

/** A complaint about a file as a whole. */
export function complaintAboutFile(file: string, message: string): Complaint {
  return { file, line: 1, column: 1, message: printable(message) };
}

export function complaintOf(source: Source, remark: Remark): Complaint {
  const also = remark.also === undefined ? undefined : placeAt(source, remark.also);
  return complaintAt(source, remark.at, remark.message, also);
}

export function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  const last = end < 0 ? text.length : end;
  return text[last - 1] === '\r' && last > from ? last - 1 : last;
}

/** The line and a caret under its column; of a long line only what is around the caret. */
function excerptOf(line: string, column: number): string {
  let shown = line;
  let at = Math.min(column, line.length);
  if (shown.length > LONGEST_EXCERPT) {
    const from = Math.max(0, Math.min(at - BEFORE_CARET, shown.length - LONGEST_EXCERPT));
    const cutAfter = from + LONGEST_EXCERPT < shown.length;
    shown = (from > 0 ? '…' : '') + shown.slice(from, from + LONGEST_EXCERPT) + (cutAfter ? '…' : '');
    at = at - from + (from > 0 ? 1 : 0);
  }
  // A tab stays a tab, so that the caret stands under what is meant however wide tabs are shown.
  const indent = shown.slice(0, at).replace(/[^\t]/g, ' ');
  return `${printable(shown)}\n${indent}^`;
}

/** Text from a file that is safe to show in a terminal: one `·` for each control character but the tab. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (c) => (c === '\t' ? c : '·'));
}
