import { isIPv4 } from 'node:net';
import { didYouMean } from '../model/nearest.ts';
import type { Value, Values } from '../model/value.ts';
import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';
import { ipBytes, ipText } from '../wire/addresses.ts';
import { eachAttribute, follow, Writer } from '../wire/attributes.ts';
import { bytesOf, littleEndian, type Slice, sliceOf, textOf, u32In } from '../wire/bytes.ts';
import { parseInteger } from '../wire/numbers.ts';
import { AF, IFA, IFA_F, NLM_F, RTM, SIZE } from '../wire/rtnetlink.ts';
import { readSwitch } from '../wire/words.ts';
import { addressKey, addressParts, hostBits, networkReached, sameAddress } from './address-key.ts';
import type { FoundEntry, Holder, Request, ToldList } from './list.ts';

/** Our mark on addresses we add, where the kernel keeps one (IFA_PROTO, since 5.18); `vnetd` in rt_protos.d. */
export const RTPROT_VNETD = 118;

const scopes: Readonly<Record<string, number>> = { global: 0, site: 200, link: 253, host: 254 };
const flagBits = {
  home: IFA_F.HOMEADDRESS,
  nodad: IFA_F.NODAD,
  optimistic: IFA_F.OPTIMISTIC,
  mngtmpaddr: IFA_F.MANAGETEMPADDR,
  noprefixroute: IFA_F.NOPREFIXROUTE,
  autojoin: IFA_F.MCAUTOJOIN,
} as const;
const INFINITY = 0xffff_ffff;

const text = { type: 'string' } as const;
const onOff = { enum: [true, false, 'on', 'off', 1, 0] } as const;
const seconds = { anyOf: [{ type: 'integer' }, { enum: ['forever'] }] } as const;

const fields = {
  address: {
    doc: 'The address and the length of its prefix: `10.0.0.1/24`. Without a length it is the address alone, /32 or /128, as ip(8) has it.',
    takes: 'an address, with / and a length from 0 to 32 (IPv4) or 128 (IPv6)',
    schema: text,
    required: true,
  },
  peer: {
    doc: 'The address of the other end of a point-to-point link; the length of the prefix is the peer’s.',
    takes: 'an address, with / and a length or without',
    schema: text,
  },
  broadcast: {
    doc: 'The broadcast address; `+` for all host bits set.',
    takes: 'an IPv4 address, or +',
    schema: text,
  },
  label: {
    doc: 'An old-style alias, the link’s name and a suffix: `eth0:a` (IPv4).',
    takes: 'a text of at most 15 bytes',
    schema: text,
  },
  scope: {
    doc: 'How far the address is valid: global, site, link, host or a number.',
    takes: 'global, site, link, host, or 0 to 255',
    schema: { type: ['string', 'integer'] },
  },
  metric: { doc: 'The metric of the prefix route.', takes: '0 to 4294967294', schema: { type: 'integer' } },
  valid_lft: {
    doc: 'Seconds until the address goes; `forever` by default.',
    takes: 'seconds, or forever',
    schema: seconds,
  },
  preferred_lft: {
    doc: 'Seconds until the address is no longer used for new connections.',
    takes: 'seconds, or forever',
    schema: seconds,
  },
  home: { doc: 'A home address of mobile IPv6.', schema: onOff },
  nodad: { doc: 'Do not look for duplicates first (IPv6).', schema: onOff },
  optimistic: { doc: 'Use it while duplicates are looked for (IPv6).', schema: onOff },
  mngtmpaddr: { doc: 'Make temporary addresses from it (IPv6 privacy).', schema: onOff },
  noprefixroute: { doc: 'Make no route for its prefix.', schema: onOff },
  autojoin: { doc: 'Join the multicast group it is.', schema: onOff },
} as const;

/** IP addresses of a link (RTM_NEWADDR, RTM_DELADDR). */
export const addresses: ToldList = {
  name: 'addresses',
  summary:
    'IP addresses, each with the length of its prefix; without one that is all of the address, /32 or /128. They come back in the order written; order by itself is not drift.',
  source: 'address',
  notice: 'always',
  canBeComplete: true,
  fields,
  schema: { type: 'string' },
  read(written, holder) {
    if (written.is !== 'map') return [entryOf(readPrefix(written), {})];
    const found: Record<string, Value> = {};
    let prefix: string | undefined;
    for (const { key, value } of written.entries) {
      if (key.text === 'address') prefix = readPrefix(value);
      else if (!Object.hasOwn(fields, key.text)) {
        throw new Misfit(
          key,
          `an address has no \`${key.text}\`${didYouMean(key.text, Object.keys(fields))}`,
        );
      } else found[key.text] = readField(key.text, value, holder.name);
    }
    if (prefix === undefined)
      throw new Misfit(written, 'an entry of `addresses` needs `address:`, as in { address: 10.0.0.1/24 }');
    return [completed(prefix, found, written)];
  },
  sameFor: ({ key }) => sameAddress(key),
  // A primary takes its secondaries along, and they are told of first (__inet_del_ifa in net/ipv4/devinet.c).
  takesAlong: ({ key }, other) => networkReached(key) === networkReached(other.key),
  agrees(wanted, found) {
    return Object.entries(wanted).every(([key, value]) => {
      if (key === 'valid_lft' || key === 'preferred_lft')
        return value !== 'forever' || found[key] === 'forever';
      return found[key] === value;
    });
  },
  // The kernel's replace changes lifetimes, metric and flags; scope, label, broadcast and (IPv4) peer belong to the address.
  replaces: (wanted, found) =>
    ['scope', 'label', 'broadcast', 'peer', 'noprefixroute'].every(
      (key) => wanted[key] === undefined || wanted[key] === found[key],
    ),
  // A replace zeroes what it does not carry: metric, protocol (inet_rtm_newaddr in net/ipv4/devinet.c).
  merged: (wanted, found) => ({ ...found, ...wanted }),
  departure(message) {
    const whole = sliceOf(message);
    const attributes = { ...whole, start: SIZE.ifaddrmsg };
    const same = [IFA.LOCAL, IFA.ADDRESS].flatMap((type) => {
      const address = follow(attributes, [type]);
      return address === undefined ? [] : [{ path: [type], offset: 0, bytes: bytesOf(address), holds: true }];
    });
    // Its family and the length of its prefix stand first in struct ifaddrmsg.
    const head = { path: [], offset: 0, bytes: message.slice(0, 2), holds: true };
    return { type: RTM.DELADDR, conditions: [head, ...same] };
  },
  add: (entry, holder) => [
    request(RTM.NEWADDR, NLM_F.CREATE | NLM_F.REPLACE, entry.key, entry.fields, holder),
  ],
  remove: (entry, holder) => [request(RTM.DELADDR, 0, entry.key, peerOnly(entry.fields), holder)],
  samples: [{ scope: 'link' }, { metric: 77 }, { noprefixroute: true }],
  refused: ['', '10.0.0.1/33', '10.0.0.300/24', '2001:db8::1/129', 'eth0', '10.0.0.1/x'],
};

function peerOnly(fields: Values): Values {
  return fields.peer === undefined ? {} : { peer: fields.peer };
}

function entryOf(prefix: string, fields: Values) {
  return { key: prefix, fields };
}

/** With a peer the length is the peer's, as ip(8) has it; `broadcast: +` is all host bits set. */
function completed(prefix: string, found: Record<string, Value>, written: Written) {
  const [address = '', length = '0'] = prefix.split('/');
  const local = ipBytes(address) ?? new Uint8Array(4);
  const v4Only = ['broadcast', 'label'].find((key) => found[key] !== undefined && local.length !== 4);
  if (v4Only !== undefined) throw new Misfit(written, `an IPv6 address has no \`${v4Only}\``);
  if (found.broadcast === '+') found.broadcast = ipText(allHostBits(local, Number(length))) ?? '+';
  if (typeof found.peer !== 'string') return entryOf(prefix, found);
  const { peer: _, ...rest } = found;
  const [peer = '', bits = '0'] = found.peer.split('/');
  const other = ipBytes(peer) ?? local;
  if (other.length !== local.length)
    throw new Misfit(written, `\`peer\` is an address of another family than ${address}`);
  const { key, ...reached } = addressKey(local, other, Number(bits));
  return entryOf(key, { ...rest, ...reached });
}

function allHostBits(local: Uint8Array, length: number): Uint8Array {
  return local.map((byte, i) => byte | hostBits(i, length));
}

/** `10.0.0.1/24` in canonical form; without a length the whole address. */
function readPrefix(written: Written): string {
  const [address = '', length, ...rest] = textWritten(written, 'an address such as 10.0.0.1/24').split('/');
  const bytes = ipBytes(address);
  const longest = (bytes?.length ?? 0) * 8;
  const bits = length === undefined ? longest : Number(parseInteger(length) ?? Number.NaN);
  if (bytes === undefined || rest.length > 0 || !(bits >= 0 && bits <= longest)) {
    throw new Misfit(written, `${nameOf(written)} is not an address such as 10.0.0.1/24 or 2001:db8::1/64`);
  }
  return `${ipText(bytes)}/${bits}`;
}

function readField(key: string, written: Written, linkName: string): Value {
  switch (key) {
    case 'peer':
      return readPrefix(written);
    case 'broadcast': {
      const value = textWritten(written, 'an address');
      if (value === '+' || isIPv4(value)) return value;
      throw new Misfit(written, `${nameOf(written)} is not an IPv4 address (or \`+\`)`);
    }
    case 'label': {
      const value = textWritten(written, 'a label');
      if (value !== linkName && !value.startsWith(`${linkName}:`)) {
        throw new Misfit(written, `a label begins with the link’s name and a colon: "${linkName}:${value}"`);
      }
      if (Buffer.byteLength(value) > 15) throw new Misfit(written, 'a label has at most 15 bytes');
      return value;
    }
    case 'scope': {
      const value = textWritten(written, 'a scope');
      const number = Object.hasOwn(scopes, value) ? scopes[value] : Number(parseInteger(value) ?? Number.NaN);
      if (number === undefined || !(number >= 0 && number <= 255)) {
        throw new Misfit(
          written,
          `${nameOf(written)} is not one of ${Object.keys(scopes).join(', ')} or a number up to 255`,
        );
      }
      return scopeWord(number);
    }
    case 'metric':
    case 'valid_lft':
    case 'preferred_lft': {
      const value = textWritten(written, 'a number');
      if (value === 'forever' && key !== 'metric') return value;
      const number = Number(parseInteger(value) ?? Number.NaN);
      if (!(number >= 0 && number < INFINITY))
        throw new Misfit(
          written,
          `${nameOf(written)} is not a number${key === 'metric' ? '' : ' of seconds or `forever`'}`,
        );
      return number;
    }
    default:
      return readSwitch(written);
  }
}

function scopeWord(number: number): Value {
  return Object.keys(scopes).find((word) => scopes[word] === number) ?? number;
}

function request(type: number, flags: number, key: string, entry: Values, holder: Holder): Request {
  const { local, peer, length } = addressParts(key, entry);
  let bits = 0;
  for (const [name, bit] of Object.entries(flagBits)) if (entry[name] === true) bits |= bit;
  const scope = entry.scope ?? defaultScope(local);
  const writer = new Writer(128)
    .u8(local.length === 4 ? AF.INET : AF.INET6)
    .u8(length)
    .u8(bits & 0xff)
    .u8(typeof scope === 'number' ? scope : (scopes[String(scope)] ?? 0))
    .u32(holder.ifindex)
    .attribute(IFA.LOCAL, local)
    .attribute(IFA.ADDRESS, peer);
  if (type === RTM.DELADDR) return { type, flags, body: writer.bytes.slice() };
  const broadcast = typeof entry.broadcast === 'string' ? ipBytes(entry.broadcast) : undefined;
  if (broadcast !== undefined) writer.attribute(IFA.BROADCAST, broadcast);
  if (typeof entry.label === 'string') writer.attribute(IFA.LABEL, Buffer.from(`${entry.label}\0`));
  if (typeof entry.metric === 'number') writer.attribute(IFA.RT_PRIORITY, u32Bytes(entry.metric));
  if (entry.valid_lft !== undefined || entry.preferred_lft !== undefined) {
    const lifetime = (value: Value | undefined) => u32Bytes(typeof value === 'number' ? value : INFINITY);
    const cache = new Uint8Array(16);
    cache.set(lifetime(entry.preferred_lft ?? entry.valid_lft), 0);
    cache.set(lifetime(entry.valid_lft), 4);
    writer.attribute(IFA.CACHEINFO, cache);
  }
  writer
    .attribute(IFA.FLAGS, u32Bytes(bits))
    .attribute(IFA.PROTO, Uint8Array.of(typeof entry.proto === 'number' ? entry.proto : RTPROT_VNETD));
  return { type, flags, body: writer.bytes.slice() };
}

/** Loopback addresses are the host's own business, as ip(8) has it; the rest is global. */
function defaultScope(local: Uint8Array): number {
  return local.length === 4 && local[0] === 127 ? 254 : 0;
}

function u32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, littleEndian);
  return bytes;
}

/** The entry an RTM_NEWADDR or RTM_DELADDR tells of, and the link it is on; `start` is where struct ifaddrmsg begins. */
export function decodeAddress({
  view,
  start,
  end,
}: Slice): (FoundEntry & { readonly ifindex: number; readonly flags: number }) | undefined {
  if (end - start < SIZE.ifaddrmsg) return undefined;
  const found: Record<string, Value> = {};
  let local: Uint8Array | undefined;
  let address: Uint8Array | undefined;
  let flags = view.getUint8(start + 2);
  const length = view.getUint8(start + 1);
  const ifindex = view.getUint32(start + 4, littleEndian);
  found.scope = scopeWord(view.getUint8(start + 3));
  found.valid_lft = 'forever';
  found.preferred_lft = 'forever';
  eachAttribute(view, start + SIZE.ifaddrmsg, end, (type, from, to) => {
    const slice: Slice = { view, start: from, end: to };
    if (type === IFA.LOCAL) local = bytesOf(slice);
    else if (type === IFA.ADDRESS) address = bytesOf(slice);
    else if (type === IFA.BROADCAST) found.broadcast = ipText(bytesOf(slice)) ?? null;
    else if (type === IFA.LABEL) found.label = textOf(slice);
    else if (type === IFA.FLAGS) flags = u32In(slice) ?? flags;
    else if (type === IFA.RT_PRIORITY) found.metric = u32In(slice) ?? null;
    else if (type === IFA.PROTO && to > from) found.proto = view.getUint8(from);
    else if (type === IFA.CACHEINFO && to - from >= 8) {
      found.preferred_lft = lifetimeOf(view.getUint32(from, littleEndian));
      found.valid_lft = lifetimeOf(view.getUint32(from + 4, littleEndian));
    }
  });
  const own = local ?? address;
  if (own === undefined) return undefined;
  for (const [name, bit] of Object.entries(flagBits)) found[name] = (flags & bit) !== 0;
  const { key, ...peer } = addressKey(own, address ?? own, length);
  const kernelMade =
    own.length === 16 && own[0] === 0xfe && ((own[1] ?? 0) & 0xc0) === 0x80 && found.proto !== RTPROT_VNETD;
  const lasting = kernelMade || found.valid_lft !== 'forever' || own[0] === 127;
  return { key, fields: { ...found, ...peer }, lasting, ifindex, flags };
}

function lifetimeOf(seconds: number): Value {
  return seconds === INFINITY ? 'forever' : seconds;
}
