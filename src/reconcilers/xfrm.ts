import { linkRef } from '../wire/composites.ts';
import { IFLA_XFRM } from '../wire/if-link.ts';
import { namespaceRef } from '../wire/namespaces.ts';
import { u32 } from '../wire/numbers.ts';
import { presence } from '../wire/words.ts';
import { addrgenmodeWithoutMac, ethernetMtu, mtuWithin } from './every-link.ts';
import { defineKind, info, type Lint, underlay } from './kind.ts';
import { made } from './tunnel.ts';

const idOrExternal: Lint = {
  severity: 'error',
  check({ external, if_id, dev }) {
    if (external !== true)
      return if_id === undefined
        ? { key: 'kind', message: 'an xfrm needs `if_id`, or `external: true` to take it from each packet' }
        : undefined;
    const key = if_id !== undefined ? 'if_id' : dev !== undefined && dev !== 'none' ? 'dev' : undefined;
    return key === undefined
      ? undefined
      : { key, message: `with \`external\` each packet says its own: an xfrm has no \`${key}\` then` };
  },
};

export const xfrm = defineKind({
  name: 'xfrm',
  summary: 'A link whose packets the IPsec policies of one identifier encrypt.',
  when: 'For IPsec by routes: policies and states with this `if_id`, brought by charon or the like, do the rest. Older kernels have vti.',
  knows: ['Without policies and states that have its `if_id` nothing passes.'],
  triedOn: ['6.12'],
  kernel: { kind: 'xfrm', module: 'xfrm_interface' },
  // An id without the link underneath is that of another one (xfrmi_change).
  sends: 'whole',
  address: 'none',
  lacks: { address: 'it carries IP packets, without a header of its own' },
  apart: { if_id: null },
  fields: {
    mtu: mtuWithin(ethernetMtu),
    addrgenmode: addrgenmodeWithoutMac,
    dev: info(
      IFLA_XFRM.LINK,
      linkRef({ none: true }),
      { ...made, resent: true, elsewhere: true },
      'The link the encrypted packets leave by.',
    ),
    if_id: info(
      IFLA_XFRM.IF_ID,
      u32({ min: 1 }),
      { change: 'live', notice: 'when-up', fromTheStart: true },
      'The identifier that policies and states have too.',
    ),
    external: info(
      IFLA_XFRM.COLLECT_METADATA,
      presence,
      { ...made, absent: false },
      'Take the identifier from each packet’s metadata.',
    ),
    link_netns: underlay(
      namespaceRef,
      made,
      'The namespace of the policies and of the encrypted packets, `/` for the host’s; without it that of `dev`, or the link’s own.',
      'number',
    ),
  },
  lints: [idOrExternal],
});
