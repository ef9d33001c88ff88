import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { textOf } from './bytes.ts';
import type { WireType } from './type.ts';

/** What user_add(8) and groupadd(8) take at the most (LOGIN_NAME_MAX). */
const LONGEST = 256;

/** The name of a user or group, or its number. */
export function account(what: 'user' | 'group', samples: readonly string[]): WireType<string> {
  const range = `the name or number of a ${what}`;
  return {
    name: what,
    range,
    schema: { type: ['string', 'integer'], minLength: 1 },
    read(written) {
      const text = textWritten(written, range);
      const isNumber = /^[0-9]+$/.test(text);
      const fits = isNumber ? Number(text) < 0xffff_ffff : /^[^\s:,/-][^\s:,/]*$/.test(text);
      if (!fits || text.length >= LONGEST) throw new Misfit(written, `${nameOf(written)} is not ${range}`);
      return isNumber ? String(Number(text)) : text;
    },
    encode: (value) => Uint8Array.from(Buffer.from(`${value}\0`)),
    decode: (slice) => textOf(slice),
    agrees: (wanted, found) => wanted === found,
    samples,
    refused: ['', 'a b', 'a:b', '-x', '4294967295'],
  };
}

/** Who may read and write a file, in octal as chmod(1) takes it: `0660`. */
export const permissions: WireType<string> = {
  name: 'permissions',
  range: '0000 to 0777, in octal',
  schema: {
    anyOf: [
      { type: 'string', pattern: '^0?[0-7]{3}$' },
      { type: 'integer', minimum: 0 },
    ],
  },
  read(written) {
    const text = textWritten(written, 'permissions in octal, `0660`,');
    if (!/^0?[0-7]{3}$/.test(text))
      throw new Misfit(written, `${nameOf(written)} is not permissions in octal, 0000 to 0777`);
    return text.padStart(4, '0');
  },
  encode: (value) => Uint8Array.from(Buffer.from(`${value}\0`)),
  decode: (slice) => textOf(slice),
  agrees: (wanted, found) => wanted === found,
  samples: ['0600', '0660', '0644', '0000', '0777'],
  refused: ['', '0888', '1777', '66', '00660', 'rw'],
};
