import type { Values } from '../model/value.ts';
import { rowOf } from '../reconcilers/index.ts';
import { needOf } from '../reconcilers/kind.ts';

/** What only something new can get; the rest can follow, attribute by attribute. */
export function onlyNeeded(kind: string, fields: Values): Values {
  const needed = (key: string) => {
    const row = rowOf(kind, key);
    if (row === undefined) return false;
    if (row.required === true || row.fromTheStart === true || row.implied === true) return true;
    const need = needOf(row, { found: {}, wanted: fields });
    return need === 'recreate' || need === 'remake';
  };
  return Object.fromEntries(Object.entries(fields).filter(([key]) => needed(key)));
}
