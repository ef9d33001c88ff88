// kernels: uml-6.12 uml-6.1
// What a step of vnetd's takes along, and nobody asked to go, is there again after it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hears, inSync, keep, keepInSync } from './support/keeping.ts';
import type { Namespace } from './support/namespace.ts';

const routesBy = async (ns: Namespace, name: string) =>
  (await ns.ip('route', 'show', 'dev', name, 'proto', 'static'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .sort();
const addressesOf = async (ns: Namespace, name: string) =>
  (await ns.ipJson('address', 'show', 'dev', name)).flatMap(({ addr_info = [] }) =>
    (addr_info as readonly { local?: string; scope: string }[]).flatMap(({ local, scope }) =>
      scope === 'global' && local !== undefined ? [local] : [],
    ),
  );

test('a bond that is emptied gives its members and what stands on it back as they were', async (t) => {
  const yaml = (mode: string) =>
    `links: { bond0: { kind: bond, mode: ${mode}, members: [d0], addresses: [10.1.0.1/24] } }`;
  const { ns, daemon } = await keepInSync(t, yaml('balance-rr'), (one) =>
    one.ipBatch(['link add d0 type dummy', 'link set d0 up']),
  );
  await ns.ipBatch([
    ...['address add 2001:db8:1::1/64 dev d0', 'address add 10.5.0.1/24 dev d0'],
    ...[
      'route add 10.78.0.0/16 via 10.5.0.5 proto static',
      'route add 10.79.0.0/16 dev d0 metric 7 proto static',
    ],
    ...['link add bond0.5 link bond0 type vlan id 5', 'link set bond0.5 up'],
    ...['address add 2001:db8:2::1/64 dev bond0.5', 'address add 10.6.0.1/24 dev bond0.5'],
    'route add 10.80.0.0/16 via 10.6.0.5 proto static',
    'route add 10.81.0.0/16 via 10.1.0.5 proto static',
  ]);
  const all = async () => [
    ...(await Promise.all(['d0', 'bond0', 'bond0.5'].map((name) => routesBy(ns, name)))),
    ...(await Promise.all(['d0', 'bond0', 'bond0.5'].map((name) => addressesOf(ns, name)))),
  ];
  const before = await all();
  assert.equal(before.flat().length, 9);
  daemon.write('10-links.yaml', yaml('active-backup'));
  await hears(daemon, 'bond0', 'applied');
  await inSync(daemon);
  assert.equal((await ns.link('bond0')).linkinfo?.info_data?.mode, 'active-backup');
  assert.deepEqual(await all(), before);
});

test('an address that goes does not take along those behind it', async (t) => {
  const { ns, daemon } = await keep(
    t,
    'links: { x0: { kind: ifb, addresses: [10.8.0.1/24] }, x1: { kind: ifb, addresses: [10.9.0.1/24], exclusive: true } }',
    (one) =>
      one.ipBatch([
        ...['link add x1 type ifb', 'link set x1 up', 'address add 10.9.0.9/24 dev x1'],
        'address add 10.9.0.10/24 dev x1 valid_lft 900 preferred_lft 900',
      ]),
  );
  await inSync(daemon);
  assert.deepEqual((await addressesOf(ns, 'x1')).sort(), ['10.9.0.1', '10.9.0.10']);
  const [lifetime] = (await ns.ipJson('address', 'show', 'dev', 'x1')).flatMap(({ addr_info = [] }) =>
    (addr_info as readonly { local?: string; valid_life_time: number }[])
      .filter(({ local }) => local === '10.9.0.10')
      .map(({ valid_life_time }) => valid_life_time),
  );
  assert.ok(lifetime !== undefined && lifetime <= 900, `a lifetime of ${lifetime} s`);

  await ns.ip('address', 'add', '10.8.0.2/24', 'dev', 'x0');
  daemon.write('10-links.yaml', 'links: { x0: { kind: ifb } }');
  await inSync(daemon);
  assert.deepEqual(await addressesOf(ns, 'x0'), ['10.8.0.2']);
});
