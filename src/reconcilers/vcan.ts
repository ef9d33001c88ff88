import { canMtu } from '../wire/can.ts';
import { IFLA } from '../wire/if-link.ts';
import { attr, defineKind, type Fields } from './kind.ts';

/** What vcan and vxcan have in common. */
export const canFields = {
  // Refused while the link is up (vcan_change_mtu, vxcan_change_mtu).
  mtu: attr(
    IFLA.MTU,
    canMtu,
    { change: 'down', notice: 'always' },
    'The largest frame, in bytes with its header, which says whether it is classic CAN, CAN FD or CAN XL.',
  ),
} as const satisfies Fields;

export const canLacks = {
  address: 'frames on a CAN bus have identifiers, and links no addresses',
  addrgenmode: 'there is no IPv6 on a CAN bus',
} as const;

export const vcan = defineKind({
  name: 'vcan',
  summary: 'A virtual CAN bus: what one program sends on it every other one hears.',
  when: 'To try programs for a CAN bus without one. To join the buses of two namespaces: vxcan.',
  knows: ['Frames stay within the host; for a real bus the card is a `device`.'],
  address: 'none',
  lacks: canLacks,
  fields: canFields,
});
