import type { Value } from '../../../src/model/value.ts';
import { ipBytes, ipText } from '../../../src/wire/addresses.ts';
import type { Outside, Seen } from './outside.ts';

/** Numbers of attributes by the kernel's names (uapi/linux/if_tunnel.h, if_link.h), apart from vnetd's own. */
const iptun = {
  dev: 1, local: 2, remote: 3, ttl: 4, tos: 5, encaplimit: 6, flowinfo: 7, flags: 8, mode: 9, pmtudisc: 10,
  '6rd-prefix': 11, '6rd-relay_prefix': 12, '6rd-prefixlen': 13, '6rd-relay_prefixlen': 14,
  encap: 15, encapflags: 16, 'encap-sport': 17, 'encap-dport': 18, external: 19, fwmark: 20,
}; // biome-ignore format: a table
const gre = {
  dev: 1,
  iflags: 2,
  oflags: 3,
  ikey: 4,
  okey: 5,
  local: 6,
  remote: 7,
  ttl: 8,
  tos: 9,
  pmtudisc: 10,
  encaplimit: 11,
  flowinfo: 12,
  flags: 13,
  encap: 14,
  encapflags: 15,
  'encap-sport': 16,
  'encap-dport': 17,
  external: 18,
  'ignore-df': 19,
  fwmark: 20,
  erspan: 21,
  erspan_ver: 22,
  erspan_dir: 23,
  erspan_hwid: 24,
};
const vti = { dev: 1, ikey: 2, okey: 3, local: 4, remote: 5, fwmark: 6 };
const geneve = {
  id: 1,
  remote: 2,
  ttl: 3,
  tos: 4,
  dstport: 5,
  external: 6,
  remote6: 7,
  udpcsum: 8,
  udp6zerocsumtx: 9,
  udp6zerocsumrx: 10,
  flowlabel: 11,
  ttlinherit: 12,
  df: 13,
  innerprotoinherit: 14,
};

const numbers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  ipip: iptun,
  sit: iptun,
  ip6tnl: iptun,
  gre,
  gretap: gre,
  erspan: gre,
  ip6gre: gre,
  ip6gretap: gre,
  ip6erspan: gre,
  vti,
  vti6: vti,
  geneve,
};

const modes: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  ipip: { 4: 'ipip', 137: 'mplsip', 0: 'any' },
  sit: { 41: 'ip6ip', 4: 'ipip', 137: 'mplsip', 0: 'any' },
  ip6tnl: { 41: 'ip6ip6', 4: 'ipip6', 0: 'any' },
};

type Reader = (seen: Seen) => Value | undefined;
type Words = (value: Value) => readonly string[];

/** How a key of a tunnel is seen, by the numbers of its attributes, and changed, by the words of ip(8). */
export function outsideTunnel(kind: string, key: string): Outside | undefined {
  const own = numbers[kind];
  if (own === undefined) return undefined;
  const read = readerOf(kind, key, own);
  const words = wordsOf(kind, key);
  if (read === undefined) return undefined;
  // ip wants the identifier with every change; this kind keeps what is not sent.
  if (kind === 'geneve') return { read, ...(key in geneveRaw ? { raw: geneveRaw[key] } : {}) };
  return words === undefined ? { read } : { read, words: (value) => ['type', kind, ...words(value)] };
}

function bytes({ raw }: Seen, number: number | undefined): Buffer | undefined {
  const hex = number === undefined ? undefined : raw?.data[String(number)];
  return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

function readerOf(kind: string, key: string, own: Readonly<Record<string, number>>): Reader | undefined {
  const little = (seen: Seen, name = key) => {
    const found = bytes(seen, own[name]);
    return found === undefined || found.length === 0 ? undefined : found.readUIntLE(0, found.length);
  };
  const big = (seen: Seen, name = key) => {
    const found = bytes(seen, own[name]);
    return found === undefined ? undefined : found.readUIntBE(0, found.length);
  };
  const bit = (name: string, mask: number, read = little): Reader => {
    return (seen) => {
      const found = read(seen, name);
      return found === undefined ? undefined : (found & mask) !== 0;
    };
  };
  const unless = (mask: number, word: string, read: Reader): Reader => {
    return (seen) => (((little(seen, 'flags') ?? 0) & mask) !== 0 ? word : read(seen));
  };
  const address: Reader = (seen) => {
    const found = bytes(seen, own[key]) ?? bytes(seen, own[`${key}6`]);
    if (found === undefined) return undefined;
    return found.every((byte) => byte === 0) ? 'any' : ipText(found);
  };
  const zero = (word: string, value = 0): Reader => {
    return (seen) => {
      const found = little(seen);
      return found === value ? word : found;
    };
  };
  const keyed = (flags: string): Reader => {
    return (seen) => {
      if (kind.startsWith('vti')) return big(seen) === 0 ? 'none' : big(seen);
      return ((big(seen, flags) ?? 0) & 0x2000) === 0 ? 'none' : big(seen);
    };
  };
  const prefix: Reader = (seen) => {
    const found = bytes(seen, own[key]);
    return found === undefined ? undefined : `${ipText(found)}/${little(seen, `${key}len`)}`;
  };
  const listed: Readonly<Record<string, Reader>> = {
    local: address,
    remote: address,
    dev: ({ link }) => (link.link as Value | undefined) ?? 'none',
    ttl: (seen) =>
      kind === 'geneve'
        ? little(seen, 'ttlinherit') === 1
          ? 'inherit'
          : zero('auto')(seen)
        : zero('inherit')(seen),
    tos: zero('inherit', 1),
    hoplimit: (seen) => (little(seen, 'ttl') === 0 ? 'inherit' : little(seen, 'ttl')),
    pmtudisc: bit('pmtudisc', 1),
    'ignore-df': bit('ignore-df', 1),
    isatap: bit('flags', 1),
    'allow-localremote': bit('flags', 0x40),
    dscp: (seen) => (bit('flags', 0x10)(seen) === true ? 'inherit' : 'keep'),
    encaplimit: unless(1, 'none', (seen) => little(seen)),
    tclass: unless(2, 'inherit', (seen) => ((big(seen, 'flowinfo') ?? 0) >> 20) & 0xff),
    flowlabel: (seen) =>
      kind === 'geneve'
        ? big(seen)
        : unless(4, 'inherit', () => (big(seen, 'flowinfo') ?? 0) & 0xf_ffff)(seen),
    fwmark: (seen) =>
      kind.startsWith('ip6') ? unless(0x20, 'inherit', () => little(seen))(seen) : little(seen),
    mode: (seen) => modes[kind]?.[little(seen) ?? -1],
    external: (seen) => bytes(seen, own.external) !== undefined,
    innerprotoinherit: (seen) => bytes(seen, own.innerprotoinherit) !== undefined,
    encap: (seen) => ['none', 'fou', 'gue'][little(seen) ?? -1],
    'encap-sport': (seen) => (big(seen) === 0 ? 'auto' : big(seen)),
    'encap-dport': (seen) => big(seen),
    dstport: (seen) => big(seen),
    'encap-csum': bit('encapflags', 1),
    'encap-csum6': bit('encapflags', 2),
    'encap-remcsum': bit('encapflags', 4),
    ikey: keyed('iflags'),
    okey: keyed('oflags'),
    iseq: bit('iflags', 0x1000, big),
    oseq: bit('oflags', 0x1000, big),
    icsum: bit('iflags', 0x8000, big),
    ocsum: bit('oflags', 0x8000, big),
    erspan_dir: (seen) => ['ingress', 'egress'][little(seen) ?? -1],
    df: (seen) => ['unset', 'set', 'inherit'][little(seen) ?? -1],
    '6rd-prefix': prefix,
    '6rd-relay_prefix': prefix,
    udpcsum: bit('udpcsum', 1),
    udp6zerocsumtx: bit('udp6zerocsumtx', 1),
    udp6zerocsumrx: bit('udp6zerocsumrx', 1),
  };
  return listed[key] ?? (own[key] === undefined ? undefined : (seen) => little(seen));
}

const geneveRaw: Readonly<Record<string, NonNullable<Outside['raw']>>> = {
  ttl: (value) =>
    value === 'inherit' ? ['data', 12, '01'] : ['data', 3, byte(value === 'auto' ? 0 : value)],
  tos: (value) => ['data', 4, byte(value === 'inherit' ? 1 : value)],
  df: (value) => ['data', 13, byte(['unset', 'set', 'inherit'].indexOf(String(value)))],
  flowlabel: (value) => ['data', 11, Number(value).toString(16).padStart(8, '0')],
  remote: (value) => {
    const address = ipBytes(String(value)) ?? new Uint8Array();
    return ['data', address.length === 4 ? 2 : 7, Buffer.from(address).toString('hex')];
  },
};

function byte(value: Value): string {
  return Number(value).toString(16).padStart(2, '0');
}

const noWords = new Set([
  'external',
  'isatap',
  'innerprotoinherit',
  'udpcsum',
  'udp6zerocsumtx',
  'udp6zerocsumrx',
]);
const switches = new Set([
  ...['pmtudisc', 'ignore-df', 'allow-localremote', 'encap-csum', 'encap-csum6', 'encap-remcsum'],
  ...['iseq', 'oseq', 'icsum', 'ocsum'],
]);

/** ip takes a type of service in hexadecimal, and has no word to undo `dscp inherit` or `dev`. */
function wordsOf(kind: string, key: string): Words | undefined {
  if (noWords.has(key)) return undefined;
  // What its help calls `encap-csum6`, ip knows by another word.
  const word = key === 'encap-csum6' ? 'encap-udp6-csum' : key;
  if (switches.has(key)) return (value) => [value === true ? word : `no${word}`];
  switch (key) {
    case 'ikey':
    case 'okey':
      return (value) =>
        value === 'none' ? [...(kind.startsWith('vti') ? [key, '0'] : [`no${key}`])] : [key, String(value)];
    case 'tos':
    case 'tclass':
      return (value) => [key, typeof value === 'number' ? `0x${value.toString(16)}` : String(value)];
    case 'hoplimit':
      return (value) => [key, value === 'inherit' ? '0' : String(value)];
    case 'encap':
      return (value) => (value === 'none' ? ['noencap'] : ['encap', String(value)]);
    case 'flowlabel':
      return (value) => [key, typeof value === 'number' ? `0x${value.toString(16)}` : String(value)];
    case 'encap-sport':
      return (value) => [key, value === 'auto' ? '0' : String(value)];
    case 'dscp':
      return (value) => ['dscp', value === 'inherit' ? 'inherit' : 'noinherit'];
    default:
      return (value) => [key, String(value)];
  }
}
