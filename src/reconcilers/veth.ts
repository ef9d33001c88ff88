import { linkRef } from '../wire/composites.ts';
import { IFLA, VETH_INFO } from '../wire/if-link.ts';
import { u32 } from '../wire/numbers.ts';
import { ethernetMtu, mtuWithin } from './every-link.ts';
import { attr, defineKind, peer } from './kind.ts';

export const veth = defineKind({
  name: 'veth',
  summary: 'A pair of Ethernet links, each the other end’s cable.',
  when: 'To join two namespaces, or a namespace and a bridge. A pair has carrier only when both ends are up.',
  fields: {
    mtu: mtuWithin(ethernetMtu),
    peer: peer(
      VETH_INFO.PEER,
      linkRef(),
      { change: 'recreate', notice: 'always', required: true, elsewhere: true },
      'The other end.',
    ),
    numtxqueues: attr(
      IFLA.NUM_TX_QUEUES,
      u32({ min: 1, max: 4096 }),
      { change: 'recreate', notice: 'always' },
      'Number of transmit queues.',
    ),
    // Only kernels with CONFIG_RPS tell it (rtnl_fill_ifinfo in net/core/rtnetlink.c).
    numrxqueues: attr(
      IFLA.NUM_RX_QUEUES,
      u32({ min: 1, max: 4096 }),
      { change: 'recreate', notice: 'always', untold: true },
      'Number of receive queues.',
    ),
  },
});
