import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { ipBytes, ipText, ipv4, ipv6 } from './addresses.ts';
import { parseInteger } from './numbers.ts';
import { leftOut, type WireType } from './type.ts';

const anyWords = new Set(['any', 'none']);

/**
 * An end of a tunnel, of one family; `any` for none, which is said by silence.
 * Some drivers refuse an address of zeroes that is said aloud (ipgre_tap_validate in net/ipv4/ip_gre.c).
 */
export function endOfTunnel(family: 'IPv4' | 'IPv6'): WireType<string> {
  const address = family === 'IPv4' ? ipv4() : ipv6();
  const zeroes = family === 'IPv4' ? '0.0.0.0' : '::';
  return {
    ...address,
    range: `an ${family} address, or any`,
    schema: { anyOf: [{ enum: ['any', 'none'] }, address.schema] },
    read(written) {
      if (written.is === 'scalar' && anyWords.has(written.text)) return 'any';
      const text = address.read(written);
      return text === zeroes ? 'any' : text;
    },
    encode: (value, names) => (value === 'any' ? leftOut : address.encode(value, names)),
    decode(slice, names) {
      const text = address.decode(slice, names);
      return text === zeroes ? 'any' : text;
    },
    samples: [...address.samples, family === 'IPv4' ? '203.0.113.9' : '2001:db8:7::9'],
  };
}

/** Whether an address is that of a group; RFC 5771, RFC 4291. */
export function isGroup(address: unknown): boolean {
  if (typeof address !== 'string') return false;
  const first = ipBytes(address)?.[0];
  if (first === undefined) return false;
  return address.includes(':') ? first === 0xff : first >= 224 && first < 240;
}

const QUAD = /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/;

/** The key of a tunnel as a number, also written as a dotted quad; `none` for none. */
export function tunnelKey(max = 0xffff_ffff): WireType<number | string> {
  const range = `0 to ${max}, also as in 0.0.1.0, or none`;
  return {
    name: 'key',
    range,
    schema: {
      anyOf: [
        { type: 'integer', minimum: 0, maximum: max },
        { type: 'string', format: 'ipv4' },
        { enum: ['none'] },
      ],
    },
    read(written) {
      const text = textWritten(written, range);
      if (text === 'none') return text;
      const bytes = QUAD.test(text) ? ipBytes(text) : undefined;
      const number =
        bytes === undefined
          ? Number(parseInteger(text) ?? Number.NaN)
          : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, false);
      if (!(number >= 0 && number <= max)) throw new Misfit(written, `${nameOf(written)} is not ${range}`);
      return number;
    },
    encode(value) {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value === 'none' ? 0 : Number(value), false);
      return bytes;
    },
    decode: ({ view, start, end }) => (end - start < 4 ? undefined : view.getUint32(start, false)),
    agrees: (wanted, found) => wanted === found,
    samples: [0, 7, max, 'none'],
    refused: ['', 'x', '-1', String(max + 1), '1.2.3', '300.1.1.1'],
  };
}

const anyKey = tunnelKey();

/** The key of a tunnel that has one always: 0 is none. */
export const keyOrZero: WireType<number | string> = {
  ...anyKey,
  read: (written) => noneForZero(anyKey.read(written)),
  decode: (slice, names) => noneForZero(anyKey.decode(slice, names) ?? 'none'),
  samples: ['none', 7, 4_294_967_295],
};

function noneForZero(value: number | string): number | string {
  return value === 0 ? 'none' : value;
}

/** An address and how many bits of it count, the others 0: `2002::/16`. */
export function prefix(family: 'IPv4' | 'IPv6'): WireType<string> {
  const bits = family === 'IPv4' ? 32 : 128;
  const [low, high] = family === 'IPv4' ? ['0.0.0.0/0', '192.0.2.0/24'] : ['2002::/16', '2001:db8::/32'];
  return {
    name: `${family} prefix`,
    range: `an ${family} prefix such as ${high}`,
    schema: { type: 'string', pattern: '^[0-9a-fA-F.:]+/[0-9]+$' },
    read(written) {
      const text = textWritten(written, `an ${family} prefix`);
      const [address = '', length = '', ...rest] = text.split('/');
      const bytes = ipBytes(address);
      const count = Number(parseInteger(length) ?? Number.NaN);
      if (bytes?.length !== bits / 8 || rest.length > 0 || !(count >= 0 && count <= bits))
        throw new Misfit(written, `${nameOf(written)} is not an ${family} prefix such as ${high}`);
      if (!endsInZeroes(bytes, count))
        throw new Misfit(written, `${text} has bits behind the first ${count}, which have to be 0`);
      return `${ipText(bytes)}/${count}`;
    },
    encode: (value) => ipBytes(value.split('/')[0] ?? ''),
    decode: () => undefined,
    agrees: (wanted, found) => wanted === found,
    samples: [low, high] as string[],
    refused: ['', '10.0.0.0', 'x/8', `${family === 'IPv4' ? '10.0.0.1/8' : '2001:db8::1/32'}`, '::/129'],
  };
}

function endsInZeroes(bytes: Uint8Array, count: number): boolean {
  return bytes.every((byte, i) => (byte & (0xff >> Math.min(8, Math.max(0, count - i * 8)))) === 0);
}
