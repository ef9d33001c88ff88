import { linkRef, numberMap } from '../wire/composites.ts';
import { IFLA_VLAN, IFLA_VLAN_QOS } from '../wire/if-link.ts';
import { u16, u16be } from '../wire/numbers.ts';
import { maskedBit, oneOf } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info, lower } from './kind.ts';

/** Bits of VLAN_FLAG_* (uapi/linux/if_vlan.h). */
const bit = { reorder_hdr: 0, gvrp: 1, loose_binding: 2, mvrp: 3, bridge_binding: 4 } as const;

/** The attribute is left out of reports when all flags are off. */
const switched = { change: 'live', notice: 'when-up', absent: false } as const;

export const vlan = defineKind({
  name: 'vlan',
  summary: 'An 802.1Q or 802.1ad tag on top of another link.',
  when: 'For a VLAN of a trunk port as a link of its own; when many ports share VLANs, a bridge with `vlan_filtering` is simpler.',
  knows: [
    'The switch port on the other end has to be a trunk that carries the VLAN tagged.',
    'Its `mtu` cannot be larger than that of the link underneath.',
    'It goes down with the link underneath, unless `loose_binding` is written.',
  ],
  kernel: { kind: 'vlan', module: '8021q' },
  address: 'lower',
  fields: {
    mtu: mtuWithin({ min: 0, max: 65535 }),
    link: lower(
      linkRef(),
      { change: 'recreate', notice: 'always', required: true, elsewhere: true },
      'The link that carries the tag.',
    ),
    id: info(
      IFLA_VLAN.ID,
      u16({ min: 0, max: 4094 }),
      { change: 'recreate', notice: 'always', required: true },
      'The VLAN identifier.',
    ),
    protocol: info(
      IFLA_VLAN.PROTOCOL,
      oneOf(u16be(), { '802.1Q': 0x8100, '802.1ad': 0x88a8 }, { '802.1q': 0x8100, '802.1AD': 0x88a8 }),
      { change: 'recreate', notice: 'always' },
      'The tag’s protocol: a customer tag or a service tag.',
    ),
    reorder_hdr: info(
      IFLA_VLAN.FLAGS,
      maskedBit(bit.reorder_hdr),
      switched,
      'Take the tag out of the packet before handing it on.',
    ),
    gvrp: info(IFLA_VLAN.FLAGS, maskedBit(bit.gvrp), switched, 'Register the VLAN by GVRP.'),
    mvrp: info(IFLA_VLAN.FLAGS, maskedBit(bit.mvrp), switched, 'Register the VLAN by MVRP.'),
    loose_binding: info(
      IFLA_VLAN.FLAGS,
      maskedBit(bit.loose_binding),
      switched,
      'Do not follow the carrier’s up and down.',
    ),
    bridge_binding: info(
      IFLA_VLAN.FLAGS,
      maskedBit(bit.bridge_binding),
      switched,
      'On a bridge: follow the state of the ports that are in this VLAN.',
    ),
    'ingress-qos-map': info(
      IFLA_VLAN.INGRESS_QOS,
      numberMap(IFLA_VLAN_QOS.MAPPING, 7, 0xffff_ffff),
      { change: 'live', notice: 'when-up', absent: {} },
      'From the tag’s priority to the packet’s, `0:1`; to 0 takes a pair away.',
    ),
    'egress-qos-map': info(
      IFLA_VLAN.EGRESS_QOS,
      numberMap(IFLA_VLAN_QOS.MAPPING, 0xffff_ffff, 7),
      { change: 'live', notice: 'when-up', absent: {} },
      'From the packet’s priority to the tag’s, `1:6`; to 0 takes a pair away.',
    ),
  },
});
