import { IFLA_BATADV } from '../wire/if-link.ts';
import { namedWord } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info } from './kind.ts';

export const batadv = defineKind({
  name: 'batadv',
  summary: 'A B.A.T.M.A.N. mesh as one Ethernet link; its members are the links to the neighbours.',
  when: 'For a network of radios and cables that finds its own ways. What is told to it by batctl(8) is not kept.',
  knows: ['Members need an `mtu` of 1532 to carry frames of 1500 in one piece.'],
  triedOn: ['6.1'],
  kernel: { kind: 'batadv', module: 'batman-adv' },
  fields: {
    // Never more than Ethernet's own (batadv_hardif_min_mtu in net/batman-adv/hard-interface.c).
    mtu: mtuWithin({ min: 68, max: 1500 }),
    // Nothing tells it (batadv_link_ops has no fill_info).
    ra: info(
      IFLA_BATADV.ALGO_NAME,
      namedWord(['BATMAN_IV', 'BATMAN_V']),
      { change: 'recreate', notice: 'always', untold: true },
      'How ways are found: by counting what arrives, or by throughput.',
    ),
  },
  membership: { list: 'members', joinsDown: false },
});
