import { linkRef } from '../wire/composites.ts';
import { VETH_INFO } from '../wire/if-link.ts';
import { ethernetMtu, mtuWithin, queues } from './every-link.ts';
import { defineKind, peer } from './kind.ts';

export const veth = defineKind({
  name: 'veth',
  summary: 'A pair of Ethernet links, each the other end’s cable.',
  when: 'To join two namespaces, or a namespace and a bridge.',
  knows: [
    'A pair has carrier only when both ends are up.',
    'Either end may be in another namespace, `peer: ns1/eth0`; deleting one end, or its namespace, deletes both.',
  ],
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
