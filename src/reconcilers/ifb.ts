import { mac } from '../wire/addresses.ts';
import { IFLA } from '../wire/if-link.ts';
import { queues } from './every-link.ts';
import { attr, defineKind } from './kind.ts';

export const ifb = defineKind({
  name: 'ifb',
  summary:
    'An intermediate functional block: packets redirected to it pass its queueing discipline and go on.',
  when: 'To shape what comes in: redirect a link’s ingress here and put a qdisc on it.',
  knows: [
    'Loading its module makes `ifb0` and `ifb1` in the host’s namespace, unless the module’s option `numifbs=0` is set.',
  ],
  fields: {
    // It has no ndo_set_mac_address: the creating message alone decides (drivers/net/ifb.c).
    address: attr(
      IFLA.ADDRESS,
      mac(),
      { change: 'recreate', notice: 'always' },
      'The hardware (MAC) address.',
    ),
    ...queues,
    numtxqueues: { ...queues.numtxqueues, doc: 'Number of queues, each with a worker of its own.' },
  },
});
