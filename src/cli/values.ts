import type { Change } from '../model/change.ts';
import type { Value, Values } from '../model/value.ts';

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

/** What differs, in words. */
export function differenceText({ key, wanted, found, movedTo }: Change): string {
  if (movedTo !== undefined) return `was moved to ${movedTo}`;
  if (key === 'exists') return found === true ? 'is there, unwanted' : 'is gone';
  if (found === null) return `${key} ${valueText(wanted)} is missing`;
  if (wanted === null) return `${key} ${valueText(found)} is unwanted`;
  return `${key} is ${valueText(found)}, wanted ${valueText(wanted)}`;
}

/** What was done about it, in words. */
export function remedyText({ key, wanted, found, movedTo }: Change): string {
  if (movedTo !== undefined) return 'brought back';
  if (key === 'exists') return wanted === true ? 'made' : 'taken away';
  if (wanted === null) return `${key} ${valueText(found)} taken out`;
  return found === null ? `${key} ${valueText(wanted)} put in` : `${key} set to ${valueText(wanted)}`;
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
