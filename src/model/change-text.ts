import type { Change } from './change.ts';
import type { Value, Values } from './value.ts';

/** A value as somebody would write it in a declaration, on one line. */
export function valueText(value: Value): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`;
  return `{ ${fieldsText(value).join(', ')} }`;
}

/** Each field as `key value`. */
export function fieldsText(fields: Values): readonly string[] {
  return Object.entries(fields).map(([key, value]) => `${key} ${valueText(value)}`);
}

/** How a value is said; the journal cuts long ones. */
type Say = (value: Value) => string;

/** What differs, in words. */
export function differenceText({ key, wanted, found, movedTo }: Change, say: Say = valueText): string {
  if (movedTo !== undefined) return `was moved to ${movedTo}`;
  if (key === 'exists') return found === true ? 'is there, unwanted' : 'is gone';
  if (key === 'works') return 'has lost its link';
  if (found === null) return `${key} ${say(wanted)} is missing`;
  if (wanted === null) return `${key} ${say(found)} is unwanted`;
  return `${key} is ${say(found)}, wanted ${say(wanted)}`;
}

/** What was done about it, in words. */
export function remedyText({ key, wanted, found, movedTo }: Change, say: Say = valueText): string {
  if (movedTo !== undefined) return 'brought back';
  if (key === 'exists') return wanted === true ? 'made' : 'taken away';
  if (key === 'works') return 'has its link again';
  if (wanted === null) return `${key} ${say(found)} taken out`;
  return found === null ? `${key} ${say(wanted)} put in` : `${key} set to ${say(wanted)}`;
}

/** What could not be done about it, in words: of a link, whether it was ever there is not the point. */
export function failureText(change: Change, say: Say = valueText): string {
  if (change.key === 'works') return 'does not work';
  return change.key === 'exists' ? `not ${remedyText(change)}` : differenceText(change, say);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
