import { keyOrZero } from '../wire/endpoints.ts';
import { IFLA_VTI } from '../wire/if-link.ts';
import { mtuWithin } from './every-link.ts';
import { keyShorthand } from './gre-rows.ts';
import { defineKind, info } from './kind.ts';
import { endRows, ends, endsApart, live, tunnelLacks } from './tunnel.ts';

/** The marks by which policies of IPsec find the link. */
export const vtiKeys = {
  ikey: info(IFLA_VTI.IKEY, keyOrZero, { ...live, fromTheStart: true }, 'The mark of packets that come in.'),
  okey: info(IFLA_VTI.OKEY, keyOrZero, live, 'The mark of packets that go out.'),
};

export const vti = defineKind({
  name: 'vti',
  summary:
    'A link for what IPsec carries over IPv4: routes lead to it, and policies find its packets by their mark.',
  when: 'To route into IPsec tunnels of a keying daemon, one link for each peer. Over IPv6, vti6; the policies themselves are not vnetd’s.',
  knows: ['Without a policy that has its key as mark nothing passes.'],
  kernel: { kind: 'vti', module: 'ip_vti' },
  sends: 'whole',
  fallback: 'ip_vti0',
  address: 'none',
  lacks: tunnelLacks,
  apart: endsApart,
  fields: {
    mtu: mtuWithin({ min: 68, max: 65515 }),
    ...endRows(IFLA_VTI, 'IPv4', { remote: ends.settled, change: ends.fixedByGroup }),
    ...vtiKeys,
  },
  shorthands: keyShorthand,
});
