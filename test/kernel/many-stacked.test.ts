// kernels: uml-6.12 uml-6.1
// A VLAN cannot be brought up over a link that is down (vlan_dev_open in net/8021q/vlan_dev.c), so what stands on others
// that are still being made comes after them, whichever batch they are in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, keepInSync, objectsOf } from './support/keeping.ts';

const PAIRS = 30;

const lines = {
  v: (i: number) => `v${i}: { kind: veth, peer: w${i} }`,
  w: (i: number) => `w${i}: { kind: veth, peer: v${i} }`,
  a: (i: number) => `a${i}: { kind: vlan, link: v${i}, id: 10 }`,
  b: (i: number) => `b${i}: { kind: vlan, link: w${i}, id: 10 }`,
  c: (i: number) => `c${i}: { kind: vlan, link: b${i}, id: 11 }`,
};
const orders = {
  'as they stand on each other': ['v', 'a', 'b', 'w', 'c'],
  'the tops first': ['c', 'b', 'a', 'v', 'w'],
} as const;

for (const [order, kinds] of Object.entries(orders))
  test(`many VLANs over ends of pairs are made once, and none of them too early: ${order}`, async (t) => {
    const declared = Array.from({ length: PAIRS }, (_, i) => kinds.map((kind) => lines[kind](i))).flat();
    const { daemon } = await keepInSync(t, `links:\n  ${declared.join('\n  ')}\n`);
    const objects = await objectsOf(daemon);
    assert.equal(objects.length, declared.length);
    for (const { id, state } of objects) {
      assert.equal(state, 'in-sync', id);
      assert.deepEqual([heard(daemon, id, 'created'), heard(daemon, id, 'refused')], [1, 0], id);
    }
  });
