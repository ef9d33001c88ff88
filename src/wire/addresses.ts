import { isIPv4, isIPv6 } from 'node:net';
import { Misfit, nameOf, textWritten } from '../model/written.ts';
import { bytesOf } from './bytes.ts';
import type { WireType } from './type.ts';

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2})+$/;

const DASHED = /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/;

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The text of a hardware address, lower case, colons. */
export function macText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += (i === 0 ? '' : ':') + hexBytes[bytes[i] ?? 0];
  return text;
}

export function macBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));
}

export interface MacRules {
  /** Also take all zeroes. */
  readonly zero?: true;
}

/** A hardware address; six bytes but on kinds with others (ipoib: twenty). */
export function mac(rules: MacRules = {}): WireType<string> {
  return {
    name: 'mac',
    range: 'a MAC address such as 02:00:00:00:00:01',
    schema: {
      type: 'string',
      pattern: '^([0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2})+|[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5})$',
    },
    read(written) {
      const text = textWritten(written, 'a MAC address').toLowerCase();
      // With dashes it is as IEEE 802 writes it, in pairs; less than that may be a text with dashes in it.
      const full = (DASHED.test(text) ? text.replaceAll('-', ':') : text)
        .split(':')
        .map((byte) => byte.padStart(2, '0'))
        .join(':');
      if (!MAC.test(full) || (full.length !== 17 && full.length !== 59)) {
        const meant = text.includes('/') || isIPv4(text) ? '; IP addresses go under `addresses`' : '';
        throw new Misfit(
          written,
          `${nameOf(written)} is not a MAC address such as 02:00:00:00:00:01${meant}`,
        );
      }
      const first = Number.parseInt(full.slice(0, 2), 16);
      if (full.length === 17 && (first & 1) === 1) {
        throw new Misfit(
          written,
          `${full} is a multicast address, which no link can have; its first byte must be even`,
        );
      }
      if (!rules.zero && /^[0:]+$/.test(full)) {
        throw new Misfit(written, `${full} is no address a link can have`);
      }
      return full;
    },
    encode: (value) => macBytes(value),
    decode: (slice) => (slice.end > slice.start ? macText(bytesOf(slice)) : undefined),
    agrees: (wanted, found) => wanted === found,
    samples: ['02:00:00:00:ab:01', '06:11:22:33:44:55', ...(rules.zero ? ['00:00:00:00:00:00'] : [])],
    refused: [
      ...['', '02:00', '10.0.0.1/24', 'zz:00:00:00:00:01', '01:00:5e:00:00:01', '2-0-0-0-0-1'],
      ...(rules.zero ? [] : ['00:00:00:00:00:00']),
    ],
  };
}

const LINK_LOCAL_GROUP = /^01:80:c2:00:00:0([0-9a-f])$/;
/** Pause frames, LACP and the like, and 802.1X have these (set_group_address in net/bridge/br_sysfs_br.c). */
const takenGroups = new Set(['1', '2', '3']);

/** One of the link-local groups of IEEE 802.1D a bridge may keep its spanning tree in. */
export function linkLocalGroup(): WireType<string> {
  const plain = mac();
  const range = '01:80:c2:00:00:00 or 01:80:c2:00:00:04 to 01:80:c2:00:00:0f';
  return {
    ...plain,
    name: 'link-local group',
    range,
    read(written) {
      const text = textWritten(written, 'a MAC address').toLowerCase().replaceAll('-', ':');
      const [, last] = LINK_LOCAL_GROUP.exec(text) ?? [];
      if (last === undefined || takenGroups.has(last))
        throw new Misfit(written, `${nameOf(written)} is not ${range}`);
      return text;
    },
    samples: ['01:80:c2:00:00:04', '01:80:c2:00:00:0e', '01:80:c2:00:00:00', '01:80:c2:00:00:0f'],
    refused: ['', '01:80:c2:00:00:01', '01:80:c2:00:00:03', '01:80:c2:00:00:10', '02:00:00:00:00:01'],
  };
}

export function ipv4Bytes(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number);
}

export function ipv4Text(bytes: Uint8Array): string {
  return bytes.join('.');
}

/** Sixteen bytes of an IPv6 address. */
export function ipv6Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(16);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let plain = text;
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(dotted[2] ?? '');
    plain = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = '', tail] = plain.split('::');
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const put = (group: number, at: number) => {
    bytes[at * 2] = group >> 8;
    bytes[at * 2 + 1] = group & 0xff;
  };
  for (const [i, group] of left.entries()) put(group, i);
  for (const [i, group] of right.entries()) put(group, 8 - right.length + i);
  return bytes;
}

/** The text of an IPv6 address as RFC 5952 wants it, and as ip(8) prints it. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0));
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return `::ffff:${ipv4Text(bytes.subarray(12))}`;
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      start = i;
      length = run;
    }
    if (run > 0) i += run - 1;
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The bytes of an address of either family, or undefined when the text is none. */
export function ipBytes(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return ipv4Bytes(text);
  return isIPv6(text) && !text.includes('%') ? ipv6Bytes(text) : undefined;
}

/** The text of an address by the length of its bytes. */
export function ipText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return ipv4Text(bytes);
  return bytes.length === 16 ? ipv6Text(bytes) : undefined;
}

type Family = 'IPv4' | 'IPv6';

function ip(family: Family, any: boolean): WireType<string> {
  const zero = family === 'IPv4' ? '0.0.0.0' : '::';
  const isIt = family === 'IPv4' ? isIPv4 : isIPv6;
  const size = family === 'IPv4' ? 4 : 16;
  return {
    name: `${family} address`,
    range: `an ${family} address${any ? ' or any' : ''}`,
    schema: { type: 'string', format: family.toLowerCase() },
    read(written) {
      const text = textWritten(written, `an ${family} address`);
      if (any && text === 'any') return zero;
      const bytes = isIt(text) ? ipBytes(text) : undefined;
      if (bytes === undefined) throw new Misfit(written, `${nameOf(written)} is not an ${family} address`);
      return ipText(bytes) ?? text;
    },
    encode: (value) => ipBytes(value),
    decode: (slice) => (slice.end - slice.start === size ? ipText(bytesOf(slice)) : undefined),
    agrees: (wanted, found) => wanted === found,
    samples: family === 'IPv4' ? ['192.0.2.1', '198.51.100.77'] : ['2001:db8::1', '2001:db8:0:1::77'],
    refused: ['', '300.1.2.3', '10.0.0.1/24', 'x'],
  };
}

/** An address a host can have, so that it can be probed: not all zeroes, all ones (IPv4) or a group (IPv6). */
export function target(family: Family): WireType<string> {
  const base = ip(family, false);
  const unfit = family === 'IPv4' ? ['0.0.0.0', '255.255.255.255'] : ['::', 'ff02::1'];
  return {
    ...base,
    read(written) {
      const text = base.read(written);
      if (unfit.includes(text) || text.startsWith('ff'))
        throw new Misfit(written, `nobody answers at ${text}`);
      return text;
    },
    refused: [...base.refused, ...unfit],
  };
}

/** An IPv4 address, four bytes in network order. */
export function ipv4(): WireType<string> {
  return ip('IPv4', false);
}

/** An IPv6 address, sixteen bytes. */
export function ipv6(): WireType<string> {
  return ip('IPv6', false);
}
