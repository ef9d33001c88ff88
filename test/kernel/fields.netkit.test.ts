// kernels: uml-6.12 uml-6.1
// timeout: 400
// Every field of a netkit, from YAML to the kernel and back, judged by the attributes’ numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '../../src/model/value.ts';
import { everyLink } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { lacksKind } from './fields/lacking.ts';
import { outside } from './fields/outside.ts';
import { lookAround } from './fields/seen.ts';
import { inSync, keepInSync, within } from './support/keeping.ts';
import { until } from './support/until.ts';

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

test('a netkit is made by the end that says something of the pair', {
  skip: lacksKind('netkit'),
}, async (t) => {
  t.diagnostic('kind: netkit');
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { sweep: 1s }
links:
  n0: { kind: netkit, peer: n1, mtu: 1400 }
  n1: { kind: netkit, peer: n0, policy: blackhole, peer_policy: blackhole }`,
  );
  const policies = async () => {
    const end = (await lookAround(ns)).get('n1');
    return end && ['policy', 'peer_policy'].map((key) => outside('netkit', key).read(end));
  };
  assert.deepEqual(await policies(), ['blackhole', 'blackhole']);

  await ns.ipBatch(['link del n1']);
  await until(async () => JSON.stringify(await policies()) === '["blackhole","blackhole"]', { within });
  await inSync(daemon);
  assert.equal((await ns.link('n0')).mtu, 1400);
  assert.equal((await ns.link('n0')).link, 'n1');
});
