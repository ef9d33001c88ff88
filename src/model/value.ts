/**
 * A value as users see it, in the declaration, in status, history and plan.
 * 64-bit numbers beyond 2^53 are decimal strings, so that JSON carries them exactly.
 */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** Values by the key an operator writes. */
export type Values = Readonly<Record<string, Value>>;

/** Whether two values say the same, whatever the order of their maps' keys. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  return canonical(a) === canonical(b);
}

/** A text that is equal exactly for equal values. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const map = value as { readonly [key: string]: Value };
    const inside = Object.keys(map)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(map[key] as Value)}`);
    return `{${inside.join(',')}}`;
  }
  return JSON.stringify(value);
}
