// kernels: uml-6.12 uml-6.1
// timeout: 400
// Every field of xfrm, bareudp and amt links, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import type { Value, Values } from '../../src/model/value.ts';
import { everyLinkOf } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { lacksKind } from './fields/lacking.ts';

// No bridge takes one without Ethernet for a port.
const domains = ['link add master1 up type vrf table 901', 'link add master2 up type vrf table 902'];
const lowers = ['link add lower1 mtu 65535 up type dummy', 'link add lower2 mtu 65535 up type dummy'];

// A namespace of the underlay takes two namespaces; here is one.
const { link_netns: _, ...xfrmFields } = kinds.xfrm.fields;

test('every field of an xfrm', { skip: lacksKind('xfrm') }, async (t) => {
  await tryFields(t, {
    table: 'xfrm',
    kind: 'xfrm',
    fields: { ...everyLinkOf(kinds.xfrm), ...xfrmFields },
    companions: [...domains, ...lowers],
    beside: (key, _value, n) => (key === 'external' || key === 'if_id' ? {} : { if_id: n }),
    values: (key, n) => {
      if (key === 'if_id') return [1000 + n, 2000 + n, 0xffff_ff00 + n];
      if (key === 'dev') return ['lower1', 'lower2', 'none'];
      // A namespace has one, and it has no id that it could be given instead.
      return key === 'external' ? [true] : valuesOfEveryLink(key, n);
    },
    single: new Set(['external']),
  });
});

test('every field of a bareudp', { skip: lacksKind('bareudp') }, async (t) => {
  await tryFields(t, {
    table: 'bareudp',
    kind: 'bareudp',
    fields: { ...everyLinkOf(kinds.bareudp), ...kinds.bareudp.fields },
    companions: domains,
    beside: (key, _, n) => ({
      ...(key === 'dstport' ? {} : { dstport: 10_000 + n }),
      ...(key === 'ethertype' ? {} : { ethertype: 'mpls_uc' }),
    }),
    values: (key, n): readonly Value[] | undefined =>
      key === 'dstport' ? [20_000 + n, 30_000 + n, 65_000 + n] : valuesOfEveryLink(key, n),
  });
});

test('every field of an amt', { skip: lacksKind('amt') }, async (t) => {
  const ofGateways = new Set(['mtu', 'discovery', 'gateway_port']);
  await tryFields(t, {
    table: 'amt',
    kind: 'amt',
    fields: { ...everyLinkOf(kinds.amt), ...kinds.amt.fields },
    companions: [...domains, ...lowers],
    beside(key, value, n) {
      const isGateway = key === 'mode' ? value === 'gateway' : ofGateways.has(key);
      const all: Values = {
        dev: 'lower1',
        local: '192.0.2.1',
        relay_port: 10_000 + n,
        mode: isGateway ? 'gateway' : 'relay',
        ...(isGateway ? { discovery: '198.51.100.9' } : {}),
      };
      return Object.fromEntries(Object.entries(all).filter(([other]) => other !== key));
    },
    values(key, n) {
      if (key === 'dev') return ['lower1', 'lower2'];
      if (key === 'relay_port' || key === 'gateway_port') return [20_000 + n, 30_000 + n, 65_000 + n];
      return valuesOfEveryLink(key, n);
    },
  });
});
