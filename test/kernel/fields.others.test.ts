// kernels: host uml-6.12 uml-6.1
// timeout: 300
// Every field of the kinds that have few of their own, from YAML to the kernel and back, judged by ip(8).
import { test } from 'node:test';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { cannotTry } from './fields/lacking.ts';

/** Debian's 6.1 calls a helper for every queue (CONFIG_UEVENT_HELPER_PATH), and takes three seconds for 4096 of them. */
const fewQueues = process.env.VNETD_TEST_KERNEL === 'uml-6.1' ? [1, 6, 22, 256] : undefined;

const companions = ['link add master1 type bridge', 'link add master2 type bridge'];

test('every field of a veth', async (t) => {
  await tryFields(t, {
    table: 'veth',
    kind: 'veth',
    fields: { ...everyLink, ...kinds.veth.fields },
    companions,
    beside: (key, _, n) => (key === 'peer' ? {} : { peer: `q${n}` }),
    values: (key, n) => {
      if (key === 'peer') return [`x${n}`, `y${n}`];
      return key.endsWith('queues') ? fewQueues : valuesOfEveryLink(key, n);
    },
  });
});

test('every field of an ifb', async (t) => {
  await tryFields(t, {
    table: 'ifb',
    kind: 'ifb',
    fields: { ...everyLink, ...kinds.ifb.fields },
    companions,
    beside: () => ({}),
    values: (key, n) => (key.endsWith('queues') ? fewQueues : valuesOfEveryLink(key, n)),
  });
});

test('every field of a dummy', { skip: cannotTry('dummy') }, async (t) => {
  await tryFields(t, {
    table: 'dummy',
    kind: 'dummy',
    fields: { ...everyLink, ...kinds.dummy.fields },
    companions,
    beside: () => ({}),
    values: (key, n) => (key.endsWith('queues') ? fewQueues : valuesOfEveryLink(key, n)),
  });
});

test('every field of a vrf', { skip: cannotTry('vrf') }, async (t) => {
  await tryFields(t, {
    table: 'vrf',
    kind: 'vrf',
    fields: { ...everyLink, ...kinds.vrf.fields },
    companions: [],
    beside: (key, _, n) => (key === 'table' ? {} : { table: 1000 + n }),
    // No bridge takes a vrf for a port.
    values: (key, n) => (key === 'master' ? [] : valuesOfEveryLink(key, n)),
  });
});
