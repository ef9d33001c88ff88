import { didYouMean } from '../model/nearest.ts';
import type { Value } from '../model/value.ts';
import { Misfit, type Written } from '../model/written.ts';
import { ipv4, ipv4Bytes, ipv4Text } from '../wire/addresses.ts';
import { bytesOf, littleEndian, viewOf } from '../wire/bytes.ts';
import type { InterfaceErrand } from '../wire/errand.ts';
import { readSwitch } from '../wire/words.ts';
import type { AskedList } from './list.ts';

/** Ioctls of the sit driver (include/uapi/linux/if_tunnel.h). */
const SIOCGETPRL = 0x89f4;
const SIOCADDPRL = 0x89f5;
const SIOCDELPRL = 0x89f6;
const SIOCCHGPRL = 0x89f7;

/**
 * struct ip_tunnel_prl: address, flags, two bytes reserved, the length of what follows, four bytes reserved.
 * An answer has one of them first, and in that the length of those behind it.
 */
const PRL = { size: 16, flags: 4, length: 8 } as const;
const PRL_DEFAULT = 1;
/** More routers than one site has. */
const MOST = 1024;
const ENXIO = 6;

const address = ipv4();
const fields = {
  address: {
    doc: 'The IPv4 address of the router.',
    takes: 'an IPv4 address',
    schema: { type: 'string' },
    required: true,
  },
  default: {
    doc: 'Whether it is a router for what is beyond the site (`prl-default`), or for the site alone (`prl-nodefault`).',
    schema: { enum: [true, false, 'on', 'off', 1, 0] },
  },
} as const;

/** The routers an ISATAP link believes (RFC 5214, section 8.3), in ip-tunnel(8) `prl`. */
export const routerList: AskedList = {
  name: 'prl',
  summary:
    'The potential router list of an ISATAP link: routers whose advertisements it believes (`ip tunnel prl`). One that is new and says nothing of `default` is none.',
  source: 'asked',
  of: 'link',
  notice: 'never',
  canBeComplete: true,
  fields,
  schema: { type: 'string' },
  read(written) {
    if (written.is !== 'map') return [{ key: readRouter(written), fields: {} }];
    const found: Record<string, Value> = {};
    let key: string | undefined;
    for (const { key: word, value } of written.entries) {
      if (word.text === 'address') key = readRouter(value);
      else if (word.text === 'default') found.default = readSwitch(value);
      else
        throw new Misfit(
          word,
          `a router of \`prl\` has no \`${word.text}\`${didYouMean(word.text, Object.keys(fields))}`,
        );
    }
    if (key === undefined)
      throw new Misfit(written, 'an entry of `prl` needs `address:`, as in { address: 192.0.2.1 }');
    return [{ key, fields: found }];
  },
  agrees: (wanted, found) => wanted.default === undefined || wanted.default === found.default,
  merged: (wanted, found) => ({ ...found, ...wanted }),
  ask: ({ name }) => ({ by: 'ioctl', link: name, request: SIOCGETPRL, data: question() }),
  decode([reply]) {
    if (reply === undefined) return [];
    const { view, start } = reply;
    const count = view.getUint32(start + PRL.length, littleEndian) / PRL.size;
    return Array.from({ length: count }, (_, i) => {
      const at = start + (i + 1) * PRL.size;
      const key = ipv4Text(bytesOf({ view, start: at, end: at + 4 }));
      const isDefault = (view.getUint16(at + PRL.flags, littleEndian) & PRL_DEFAULT) !== 0;
      return { key, fields: { default: isDefault }, lasting: false };
    });
  },
  add: ({ key, fields: { default: isDefault } }, { name }) => ({
    ...errand(name, SIOCCHGPRL, key, isDefault === true ? PRL_DEFAULT : 0),
    otherwise: { errno: ENXIO, request: SIOCADDPRL },
  }),
  remove: ({ key }, { name }) => errand(name, SIOCDELPRL, key, 0),
  samples: [{}, { default: true }, { default: false }],
  refused: ['', '0.0.0.0', '192.0.2.1/24', '2001:db8::1', 'router'],
};

/** With 0.0.0.0 the kernel means all of them (ipip6_tunnel_del_prl in net/ipv6/sit.c). */
function readRouter(written: Written): string {
  const text = address.read(written);
  if (text === '0.0.0.0') throw new Misfit(written, '0.0.0.0 is no router');
  return text;
}

function errand(link: string, request: number, router: string, flags: number): InterfaceErrand {
  const data = new Uint8Array(PRL.size);
  data.set(ipv4Bytes(router));
  viewOf(data).setUint16(PRL.flags, flags, littleEndian);
  return { by: 'ioctl', link, request, data };
}

/** For all of them: no address, and how much room there is behind. */
function question(): Uint8Array {
  const data = new Uint8Array(PRL.size * (MOST + 1));
  viewOf(data).setUint32(PRL.length, PRL.size * MOST, littleEndian);
  return data;
}
