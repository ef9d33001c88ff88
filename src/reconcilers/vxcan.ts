import { linkRef } from '../wire/composites.ts';
import { VXCAN_INFO } from '../wire/if-link.ts';
import { defineKind, peer } from './kind.ts';
import { canFields, canLacks } from './vcan.ts';

export const vxcan = defineKind({
  name: 'vxcan',
  summary: 'A pair of CAN links, each the other end’s bus.',
  when: 'To give a namespace a CAN bus of the host, with can-gw(8) between; within one namespace a vcan will do.',
  knows: ['A pair has carrier only when both ends are up.'],
  address: 'none',
  lacks: canLacks,
  fields: {
    ...canFields,
    peer: peer(
      VXCAN_INFO.PEER,
      linkRef(),
      { change: 'recreate', notice: 'always', required: true, elsewhere: true },
      'The other end.',
    ),
  },
});
