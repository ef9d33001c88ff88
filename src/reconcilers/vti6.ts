import { IFLA_VTI } from '../wire/if-link.ts';
import { mtuWithin } from './every-link.ts';
import { keyShorthand } from './gre-rows.ts';
import { defineKind } from './kind.ts';
import { endRows, tunnelLacks } from './tunnel.ts';
import { vtiKeys } from './vti.ts';

export const vti6 = defineKind({
  name: 'vti6',
  summary:
    'A link for what IPsec carries over IPv6: routes lead to it, and policies find its packets by their mark.',
  when: 'As vti, where the ends of the IPsec tunnel have IPv6 addresses.',
  knows: ['Without a policy that has its key as mark nothing passes.'],
  kernel: { kind: 'vti6', module: 'ip6_vti' },
  sends: 'whole',
  fallback: 'ip6_vti0',
  address: 'none',
  lacks: tunnelLacks,
  apart: { local: 'any', remote: 'any' },
  fields: {
    mtu: mtuWithin({ min: 68, max: 65495 }),
    ...endRows(IFLA_VTI, 'IPv6'),
    ...vtiKeys,
  },
  shorthands: keyShorthand,
});
