/** What a JSON document may hold, as `JSON.parse` gives it. Whole numbers beyond 2^53 have lost their last digits. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

export type JsonObject = { readonly [key: string]: Json | undefined };

/** What the server sent breaks the protocol; nothing more is read from that connection. Never leaves this folder. */
export class Garbled extends Error {
  override readonly name = 'Garbled';
}

export function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export function isArray(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

export function objectIn(json: Json | undefined, what: string): JsonObject {
  if (isObject(json)) return json;
  throw new Garbled(`${what} is no object: ${excerpt(json)}`);
}

export function arrayIn(json: Json | undefined, what: string): readonly Json[] {
  if (isArray(json)) return json;
  throw new Garbled(`${what} is no array: ${excerpt(json)}`);
}

export function textIn(json: Json | undefined, what: string): string {
  if (typeof json === 'string') return json;
  throw new Garbled(`${what} is no string: ${excerpt(json)}`);
}

/** The beginning of something, to be shown in an error. */
export function excerpt(json: Json | undefined): string {
  const text = JSON.stringify(json) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
