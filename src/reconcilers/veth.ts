import { linkRef } from '../wire/composites.ts';
import { VETH_INFO } from '../wire/if-link.ts';
import { ethernetMtu, mtuWithin, queues } from './every-link.ts';
import { defineKind, peer } from './kind.ts';

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
    ...queues,
  },
});
