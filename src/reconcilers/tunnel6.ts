import { type BitField, bitOf } from '../wire/bit-fields.ts';
import { IP6_TNL_BIT } from '../wire/if-link.ts';
import { u8, u32 } from '../wire/numbers.ts';
import type { WireType } from '../wire/type.ts';
import { leftOut } from '../wire/type.ts';
import { oneOf, orWord } from '../wire/words.ts';
import { info } from './kind.ts';
import { numberOrWord } from './number-or-word.ts';
import { live, movesMtu } from './tunnel.ts';

interface HeaderNumbers {
  readonly TTL: number;
  readonly ENCAP_LIMIT: number;
  readonly FLOWINFO: number;
  readonly FLAGS: number;
  readonly FWMARK: number;
}

/** Four bits of version, eight of traffic class, twenty of flow label (RFC 8200, section 3). */
const inFlowInfo = {
  tclass: { bytes: 4, order: 'network', lowest: 20, width: 8 },
  flowlabel: { bytes: 4, order: 'network', lowest: 0, width: 20 },
} as const satisfies Record<string, BitField>;

const flagBit = (bit: number): BitField => ({ bytes: 4, order: 'host', lowest: bit, width: 1 });

/** What the outer IPv6 header takes from the packet inside, and what is kept apart from it. */
export function ipv6HeaderRows(numbers: HeaderNumbers) {
  const inherit = (bit: number) =>
    ({ word: 'inherit', attribute: numbers.FLAGS, bit: flagBit(bit), when: 'set' }) as const;
  return {
    hoplimit: info(
      numbers.TTL,
      u8({ words: { inherit: 0 } }),
      { ...live, also: ['ttl', 'hlim'] },
      'Hop limit of the outer packets.',
    ),
    encaplimit: numberOrWord(
      { attribute: numbers.ENCAP_LIMIT, bytes: 1, order: 'host', lowest: 0, width: 8 },
      {
        word: 'none',
        attribute: numbers.FLAGS,
        bit: flagBit(IP6_TNL_BIT.IGN_ENCAP_LIMIT),
        when: 'set',
      },
      orWord(u8(), 'none'),
      { ...live, ...movesMtu },
      'How many tunnels deep packets may get (RFC 2473); `none` leaves the option out.',
    ),
    tclass: numberOrWord(
      { attribute: numbers.FLOWINFO, ...inFlowInfo.tclass },
      inherit(IP6_TNL_BIT.USE_ORIG_TCLASS),
      orWord(u8(), 'inherit'),
      { ...live, also: ['tos', 'dsfield'] },
      'Traffic class of the outer packets; what ip(8) writes as `10` is `0x10` here.',
    ),
    flowlabel: numberOrWord(
      { attribute: numbers.FLOWINFO, ...inFlowInfo.flowlabel },
      inherit(IP6_TNL_BIT.USE_ORIG_FLOWLABEL),
      orWord(u32({ max: 0xf_ffff }), 'inherit'),
      live,
      'Flow label of the outer packets.',
    ),
    dscp: info(
      numbers.FLAGS,
      inheritBit(IP6_TNL_BIT.RCV_DSCP_COPY),
      live,
      '`inherit`: what comes out gets the DSCP of the outer packet; `keep`: it keeps its own.',
    ),
    'allow-localremote': info(
      numbers.FLAGS,
      bitOf(4, IP6_TNL_BIT.ALLOW_LOCAL_REMOTE),
      live,
      'Whether the other end may be an address of this host.',
    ),
    fwmark: numberOrWord(
      { attribute: numbers.FWMARK, bytes: 4, order: 'host', lowest: 0, width: 32 },
      inherit(IP6_TNL_BIT.USE_ORIG_FWMARK),
      orWord(u32(), 'inherit'),
      live,
      'The mark outer packets are routed by.',
    ),
  };
}

/** A bit as `inherit` or `keep`. */
function inheritBit(bit: number): WireType<string> {
  const flag = bitOf(4, bit);
  const words = oneOf(u8(), { keep: 0, inherit: 1 });
  return {
    ...words,
    name: flag.name,
    encode: (value, names) => flag.encode(value === 'inherit', names) ?? leftOut,
    decode(slice, names) {
      const set = flag.decode(slice, names);
      return set === undefined ? undefined : set ? 'inherit' : 'keep';
    },
  };
}
