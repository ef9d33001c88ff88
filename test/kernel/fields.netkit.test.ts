// kernels: uml-6.12 uml-6.1
// timeout: 400
// Every field of a netkit, from YAML to the kernel and back, judged by the attributes’ numbers.
import { test } from 'node:test';
import type { Value } from '../../src/model/value.ts';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { lacksKind } from './fields/lacking.ts';

/** Keys that go with Ethernet only. */
const inL2 = new Set(['address', 'master']);

test('every field of a netkit', { skip: lacksKind('netkit') }, async (t) => {
  await tryFields(t, {
    table: 'netkit',
    kind: 'netkit',
    fields: { ...everyLink, ...kinds.netkit.fields },
    companions: ['link add master1 type bridge', 'link add master2 type bridge'],
    beside: (key, _, n) => ({
      ...(key === 'peer' ? {} : { peer: `q${n}` }),
      ...(inL2.has(key) ? { mode: 'l2' } : {}),
    }),
    values: (key, n): readonly Value[] | undefined =>
      key === 'peer' ? [`x${n}`, `y${n}`] : valuesOfEveryLink(key, n),
  });
});
