import { didYouMean } from '../model/nearest.ts';
import type { Value, Values } from '../model/value.ts';
import { Misfit, type Written } from '../model/written.ts';
import { ipv4, ipv6 } from '../wire/addresses.ts';
import { findAttribute, Writer } from '../wire/attributes.ts';
import type { Slice } from '../wire/bytes.ts';
import { linkRef } from '../wire/composites.ts';
import { s32, u8, u16be } from '../wire/numbers.ts';
import { AF } from '../wire/rtnetlink.ts';
import type { Names, WireType } from '../wire/type.ts';
import { readSwitch } from '../wire/words.ts';
import type { AskedList, FoundEntry } from './list.ts';

/** Attributes and commands of the family `fou` (include/uapi/linux/fou.h). */
const FAMILY = { family: 'fou', version: 1 } as const;
const FOU_CMD = { ADD: 1, DEL: 2, GET: 3 } as const;
const FOU_ATTR = {
  PORT: 1,
  AF: 2,
  IPPROTO: 3,
  TYPE: 4,
  LOCAL_V4: 6,
  LOCAL_V6: 7,
  PEER_V4: 8,
  PEER_V6: 9,
  PEER_PORT: 10,
  IFINDEX: 11,
} as const;
const FOU_ENCAP = { DIRECT: 1, GUE: 2 } as const;

/** Packets a port may be for, by the names of protocols(5) besides numbers. */
const protocols: Readonly<Record<string, number>> = { ipencap: 4, ipv6: 41, gre: 47, 'mpls-in-ip': 137 };

const fields = {
  port: { doc: 'The UDP port.', schema: { type: 'integer', minimum: 1, maximum: 65535 }, required: true },
  ipproto: {
    doc: 'The protocol of what is inside, by its number or a name of protocols(5); without it that of this kind’s packets: 4 of ipip, 41 of sit and ip6tnl, 47 of the others.',
    schema: {
      anyOf: [{ type: 'integer', minimum: 1, maximum: 255 }, { enum: Object.keys(protocols) }],
    },
  },
  gue: {
    doc: 'What is inside says itself what it is (generic UDP encapsulation); then there is no `ipproto`.',
    schema: { enum: [true, false, 'on', 'off', 1, 0] },
  },
  local: { doc: 'Only what is sent to this address.', takes: 'an IP address', schema: { type: 'string' } },
  peer: {
    doc: 'Only what comes from this address; needs `peer_port`.',
    takes: 'an IP address',
    schema: { type: 'string' },
  },
  peer_port: {
    doc: 'Only what comes from this port; needs `peer`.',
    schema: { type: 'integer', minimum: 1, maximum: 65535 },
  },
  dev: {
    doc: 'Only what comes in by this link, of the namespace the outer packets go through; needs `local`.',
    takes: 'the name of a link',
    schema: { type: 'string' },
  },
} as const;

interface Column {
  readonly attribute: number;
  // biome-ignore lint/suspicious/noExplicitAny: a table holds columns of every value type; each is only ever used with itself
  readonly type: WireType<any>;
}

/** What a port is known by (fou_cfg_cmp in net/ipv4/fou_core.c), beside its family, as ip-fou(8) says it. */
const identity = {
  IPv4: columns(FOU_ATTR.LOCAL_V4, FOU_ATTR.PEER_V4, ipv4()),
  IPv6: columns(FOU_ATTR.LOCAL_V6, FOU_ATTR.PEER_V6, ipv6()),
} as const;
type Family = keyof typeof identity;

function columns(local: number, peer: number, address: WireType<string>) {
  return {
    port: { attribute: FOU_ATTR.PORT, type: u16be({ min: 1 }) },
    local: { attribute: local, type: address },
    peer: { attribute: peer, type: address },
    peer_port: { attribute: FOU_ATTR.PEER_PORT, type: u16be({ min: 1 }) },
    dev: { attribute: FOU_ATTR.IFINDEX, type: linkRef() },
  } as const satisfies Record<string, Column>;
}

const family = u8();
const ipproto = u8({ min: 1 });
const kindOfPort = u8();
const number = s32();

/**
 * The UDP ports of a namespace on which packets of tunnels come in, packed as the tunnel's `encap` says (ip-fou(8)).
 * `protocol` is what is inside where nobody says.
 */
export function receivePorts(version: Family, protocol: number): AskedList {
  return {
    name: 'fou',
    summary:
      'UDP ports that packets come in by which are packed into UDP, as `encap` does with those that go out (`ip fou`). A port belongs to the namespace the outer packets go through: two tunnels may write the same one, and it stays open until neither does. The kernel opens it only when its module `fou` is loaded, which nothing does by itself.',
    source: 'asked',
    of: 'underlay',
    notice: 'never',
    canBeComplete: false,
    fields,
    schema: { type: 'integer', minimum: 1, maximum: 65535 },
    read(written) {
      const items =
        written.is === 'map' ? written.entries : [{ key: { ...scalar('port'), offset: 0 }, value: written }];
      const named: Record<string, Value> = {};
      const carried: Record<string, Value> = {};
      for (const { key, value } of items) {
        if (key.text === 'ipproto') carried.ipproto = readProtocol(value);
        else if (key.text === 'gue') carried.gue = readSwitch(value);
        else if (Object.hasOwn(identity[version], key.text))
          named[key.text] = identity[version][key.text as keyof typeof fields & 'port'].type.read(value);
        else
          throw new Misfit(
            key,
            `a port of \`fou\` has no \`${key.text}\`${didYouMean(key.text, Object.keys(fields))}`,
          );
      }
      if (named.port === undefined)
        throw new Misfit(written, 'an entry of `fou` needs `port:`, as in { port: 5555 }');
      if ((named.peer === undefined) !== (named.peer_port === undefined))
        throw new Misfit(written, '`peer` and `peer_port` go together');
      // The kernel wants it (parse_nl_config in net/ipv4/fou_core.c).
      if (named.dev !== undefined && named.local === undefined)
        throw new Misfit(written, '`dev` needs `local` beside it');
      if (typeof named.dev === 'string' && named.dev.includes('/'))
        throw new Misfit(
          written,
          '`dev` is a link of the namespace the outer packets go through, by its name',
        );
      if (carried.gue === true && carried.ipproto !== undefined)
        throw new Misfit(written, 'with `gue` each packet says what is inside; `ipproto` has to go');
      const inside: Values = carried.gue === true ? { gue: true } : { ipproto: carried.ipproto ?? protocol };
      return [{ key: keyOf(version, named), fields: inside }];
    },
    agrees: (wanted, found) => Object.entries(wanted).every(([key, value]) => found[key] === value),
    // Adding what is there is refused (fou_add_to_port_list in net/ipv4/fou_core.c).
    replaces: () => false,
    merged: (wanted) => wanted,
    mentions({ key }) {
      const { dev } = partsOf(key).named;
      return dev === undefined ? [] : [String(dev)];
    },
    ask: () => ({
      by: 'generic-netlink',
      ...FAMILY,
      command: FOU_CMD.GET,
      dump: true,
      attributes: new Uint8Array(0),
    }),
    decode: (replies, names) => replies.flatMap((reply) => decodePort(reply, names) ?? []),
    add({ key, fields: { ipproto: inside, gue } }, _, names) {
      const writer = portNamed(key, names);
      if (writer === undefined) return undefined;
      const isGue = gue === true;
      if (!isGue) writer.attribute(FOU_ATTR.IPPROTO, encoded(ipproto, inside ?? protocol, names));
      writer.attribute(FOU_ATTR.TYPE, encoded(kindOfPort, isGue ? FOU_ENCAP.GUE : FOU_ENCAP.DIRECT, names));
      return { by: 'generic-netlink', ...FAMILY, command: FOU_CMD.ADD, attributes: writer.bytes.slice() };
    },
    remove({ key }, _, names) {
      const writer = portNamed(key, names);
      if (writer === undefined) return undefined;
      return { by: 'generic-netlink', ...FAMILY, command: FOU_CMD.DEL, attributes: writer.bytes.slice() };
    },
    samples: [{ ipproto: 4 }, { ipproto: 47 }, { gue: true }],
    refused: ['', '0', '65536', '5555/udp', 'gue'],
  };
}

function scalar(text: string) {
  return { is: 'scalar', text, quoted: false } as const;
}

function readProtocol(written: Written): number {
  const text = written.is === 'scalar' ? written.text : '';
  const named = Object.hasOwn(protocols, text) ? protocols[text] : undefined;
  return named ?? Number(ipproto.read(written));
}

/** `5555`, `5555 -6`, `5555 local 192.0.2.1 peer 192.0.2.2 peer_port 5555 dev eth0`. */
function keyOf(version: Family, { port, ...rest }: Values): string {
  const said = Object.keys(identity[version]).flatMap((key) =>
    rest[key] === undefined ? [] : [`${key} ${rest[key]}`],
  );
  return [`${port}`, ...(version === 'IPv6' ? ['-6'] : []), ...said].join(' ');
}

function partsOf(key: string): { readonly version: Family; readonly named: Values } {
  const [port = '', ...words] = key.split(' ');
  const version = words[0] === '-6' ? 'IPv6' : 'IPv4';
  const rest = version === 'IPv6' ? words.slice(1) : words;
  const named: Record<string, Value> = { port: Number(port) };
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const [name = '', value = ''] = rest.slice(i, i + 2);
    named[name] = name === 'peer_port' ? Number(value) : value;
  }
  return { version, named };
}

/** The attributes a port is known by; undefined while its link is not there. */
function portNamed(key: string, names: Names): Writer | undefined {
  const { version, named } = partsOf(key);
  const writer = new Writer(128);
  writer.attribute(FOU_ATTR.AF, encoded(family, version === 'IPv6' ? AF.INET6 : AF.INET, names));
  for (const [name, { attribute, type }] of Object.entries<Column>(identity[version])) {
    if (named[name] === undefined) continue;
    const payload = indexSaid(named[name], name, names) ?? type.encode(named[name], names);
    if (payload === undefined) return undefined;
    writer.attribute(attribute, payload);
  }
  return writer;
}

/** A link that went is found by the number it had. */
function indexSaid(value: Value, column: string, names: Names): Uint8Array | undefined {
  const gone = column === 'dev' ? /^if(\d+)$/.exec(String(value)) : null;
  if (gone === null || names.indexOf(String(value)) !== undefined) return undefined;
  return number.encode(Number(gone[1]), names);
}

function encoded(type: WireType<number | string>, value: Value, names: Names): Uint8Array {
  return type.encode(Number(value), names) ?? new Uint8Array(0);
}

/** A port the kernel tells of: what it does not say or says as 0 is any. */
function decodePort({ view, start, end }: Slice, names: Names): FoundEntry | undefined {
  const told = (attribute: number) => findAttribute(view, start, end, attribute);
  const numberIn = (attribute: number, type: WireType<number | string>) => {
    const slice = told(attribute);
    return slice === undefined ? undefined : type.decode(slice, names);
  };
  const version = numberIn(FOU_ATTR.AF, family) === AF.INET6 ? 'IPv6' : 'IPv4';
  const found: Record<string, Value> = {};
  for (const [name, { attribute, type }] of Object.entries<Column>(identity[version])) {
    const slice = told(attribute);
    const isAny =
      slice === undefined ||
      new Uint8Array(view.buffer, view.byteOffset + slice.start, slice.end - slice.start).every(
        (byte) => byte === 0,
      );
    if (isAny) continue;
    const index = name === 'dev' ? numberIn(attribute, number) : undefined;
    const value =
      index === undefined ? type.decode(slice, names) : (names.nameOf(Number(index)) ?? `if${index}`);
    if (value !== undefined) found[name] = value;
  }
  if (found.port === undefined) return undefined;
  const isGue = numberIn(FOU_ATTR.TYPE, kindOfPort) === FOU_ENCAP.GUE;
  const inside = isGue ? { gue: true } : { ipproto: numberIn(FOU_ATTR.IPPROTO, u8()) ?? 0, gue: false };
  return { key: keyOf(version, found), fields: inside, lasting: false };
}
