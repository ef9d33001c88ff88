// kernels: uml-6.12
// timeout: 300
// Every field of the kinds that have few of their own, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { lacks, mayRefuseOfEveryLink, valuesOfEveryLink } from './fields/every-link.ts';

const companions = ['link add master1 type bridge', 'link add master2 type bridge'];

test('every field of a veth', async (t) => {
  await tryFields(t, {
    table: 'veth',
    kind: 'veth',
    fields: { ...everyLink, ...kinds.veth.fields },
    companions,
    beside: (key, _, n) => (key === 'peer' ? {} : { peer: `q${n}` }),
    values: (key, n) => (key === 'peer' ? [`x${n}`, `y${n}`] : valuesOfEveryLink(key, n)),
    mayRefuse: mayRefuseOfEveryLink,
  });
});

test('every field of an ifb', async (t) => {
  await tryFields(t, {
    table: 'ifb',
    kind: 'ifb',
    fields: { ...everyLink, ...kinds.ifb.fields },
    companions,
    beside: () => ({}),
    values: valuesOfEveryLink,
    mayRefuse: mayRefuseOfEveryLink,
  });
});

const skip = lacks('module kinds') ? 'this kernel has no dummy and no vrf' : false;

test('every field of a dummy', { skip }, async (t) => {
  await tryFields(t, {
    table: 'dummy',
    kind: 'dummy',
    fields: { ...everyLink, ...kinds.dummy.fields },
    companions,
    beside: () => ({}),
    values: valuesOfEveryLink,
    mayRefuse: mayRefuseOfEveryLink,
  });
});

test('every field of a vrf', { skip }, async (t) => {
  await tryFields(t, {
    table: 'vrf',
    kind: 'vrf',
    fields: { ...everyLink, ...kinds.vrf.fields },
    companions: [],
    beside: (key, _, n) => (key === 'table' ? {} : { table: 1000 + n }),
    // No bridge takes a vrf for a port.
    values: (key, n) => (key === 'master' ? [] : valuesOfEveryLink(key, n)),
    mayRefuse: mayRefuseOfEveryLink,
  });
});
