import { valueText } from './change-text.ts';
import type { Values } from './value.ts';

/** An entry of a list as users see it: its key, and the fields that matter. */
export function entryText(key: string, fields: Values): string {
  const said = Object.entries(fields).map(([name, value]) =>
    value === true ? name : `${name} ${valueText(value)}`,
  );
  return [key, ...said].join(' ');
}
