import { sameValue, type Value, type Values } from '../model/value.ts';
import { kindNamed } from '../reconcilers/index.ts';

/** Fields of a link with those that say the same under the one key that stands for them (`key` for `ikey` and `okey`). */
export function folded(kind: string, fields: Values): Values {
  const shorthands = Object.entries(kindNamed(kind)?.shorthands ?? {});
  const told: Record<string, Value> = {};
  for (const [key, value] of Object.entries(fields)) {
    const [word, { keys }] = shorthands.find(([, one]) => one.keys.includes(key)) ?? [key, { keys: [key] }];
    const isSame = keys.every((one) => fields[one] !== undefined && sameValue(fields[one], value));
    told[isSame ? word : key] = value;
  }
  return told;
}
