// kernels: host uml-6.12 uml-6.1
// What the kernel says and does not say of a change, and what vnetd makes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, hears, historyOf, inSync, keepInSync, keysOf, within } from './support/keeping.ts';
import { lost } from './support/overrun.ts';
import { until } from './support/until.ts';

test('pitfall 1: leaving a bridge is not deletion', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
       br0: { kind: bridge }
       v0: { kind: veth, peer: v1, master: br0, addresses: [10.9.0.1/24] }`,
  );
  const before = await ns.link('v0');

  await ns.ip('link', 'set', 'v0', 'nomaster');

  await hears(daemon, 'v0', 'restored');
  const after = await ns.link('v0');
  assert.equal(after.master, 'br0');
  assert.equal(after.ifindex, before.ifindex);
  const told = await historyOf(daemon, 'v0');
  assert.deepEqual(
    told.map(({ event }) => event),
    ['created', 'drift', 'restored'],
  );
  assert.deepEqual(told[1]?.changes, [{ key: 'master', wanted: 'br0', found: null }]);
});

test('pitfall 3: lost events are read again', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { sweep: 1h }
links:
  x0: { kind: ifb, mtu: 1400, addresses: [10.3.0.1/24] }
  x1: { kind: ifb, mtu: 1400 }`,
    (ns) => ns.ip('link', 'add', 'noise0', 'type', 'ifb'),
  );

  await lost(daemon, ns, 'noise0', async () => {
    await ns.ipBatch(['link set x0 mtu 1300', 'addr del 10.3.0.1/24 dev x0', 'link del x1']);
  });

  await hears(daemon, null, 'resync');
  await until(
    async () => {
      const [x0] = await ns.ipJson('address', 'show', 'dev', 'x0');
      const addresses = x0?.addr_info as readonly { readonly local: string }[];
      return (
        x0?.mtu === 1400 &&
        addresses.some(({ local }) => local === '10.3.0.1') &&
        (await ns.link('x1')).mtu === 1400
      );
    },
    { within, what: 'x0 and x1 are as declared' },
  );
  await inSync(daemon);
  assert.deepEqual(keysOf(await historyOf(daemon, 'x0')), ['addresses', 'mtu']);
  assert.deepEqual(
    (await historyOf(daemon, 'x1')).flatMap(({ event, changes }) => (event === 'drift' ? [changes] : [])),
    [[{ key: 'exists', wanted: true, found: false }]],
  );

  // It still listens.
  const from = daemon.journal.seen.length;
  await ns.ip('link', 'set', 'x0', 'mtu', '1300');
  await hears(daemon, 'x0', 'restored', from);
  assert.equal((await ns.link('x0')).mtu, 1400);
});

test('pitfall 24: what changes without a notice is found by the sweep', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { sweep: 1s }
links:
  x0:
    kind: ifb
    state: down
    alias: to the core
    link_group: 7
    addrgenmode: none
    altnames: [a-further-name-of-x0]
  m0: { kind: macvlan, link: x0, mode: bridge, state: down }
  x1: { kind: ifb, multicast: true, arp: true }`,
  );

  await ns.ipBatch([
    'link set x0 alias other',
    'link set x0 group 0',
    'link set x0 addrgenmode eui64',
    'link property del dev x0 altname a-further-name-of-x0',
    'link set m0 type macvlan mode private',
    'link set x1 multicast off',
    'link set x1 arp off',
  ]);

  await until(
    async () => {
      const [x0, m0, x1] = [await ns.link('x0'), await ns.link('m0'), await ns.link('x1')];
      assert.equal(x0.ifalias, 'to the core');
      assert.equal(x0.group, '7');
      assert.equal(x0.inet6_addr_gen_mode, 'none');
      assert.deepEqual(x0.altnames, ['a-further-name-of-x0']);
      assert.equal(m0.linkinfo?.info_data?.mode, 'bridge');
      assert.ok(x1.flags.includes('MULTICAST') && !x1.flags.includes('NOARP'), String(x1.flags));
      return true;
    },
    { within, what: 'all of it is as declared again' },
  );
  await inSync(daemon);
  const told = await historyOf(daemon, 'x0');
  assert.deepEqual(keysOf(told), ['addrgenmode', 'alias', 'altnames', 'link_group']);
  for (const { event, micros } of told) if (event === 'restored') assert.equal(micros, null);
  assert.ok(heard(daemon, 'x1', 'drift') > 0);
});

test('pitfall 25: addresses that go with another one, or with an MTU, come back', async (t) => {
  const declared = ['10.5.0.1', '10.5.0.2', '10.5.0.3'];
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { contested: { after: 0 } }
links:
  x0: { kind: ifb, mtu: 1500, addresses: [10.5.0.1/24, 10.5.0.2/24, 10.5.0.3/24, "2001:db8::1/64"] }`,
  );
  const addresses = async () => {
    const [x0] = await ns.ipJson('address', 'show', 'dev', 'x0');
    const found = x0?.addr_info as readonly { readonly local: string; readonly scope: string }[];
    return found.filter(({ scope }) => scope === 'global').map(({ local }) => local);
  };
  assert.deepEqual(await addresses(), [...declared, '2001:db8::1']);

  for (let i = 0; i < 10; i++) {
    await ns.ip('address', 'del', '10.5.0.1/24', 'dev', 'x0'); // its secondaries go with it
    await until(async () => assert.deepEqual(await addresses(), [...declared, '2001:db8::1']) === undefined, {
      within,
      what: 'all addresses are back, in the order written',
    });
  }

  await ns.ip('link', 'set', 'x0', 'mtu', '1200'); // under 1280 there is no IPv6
  await until(
    async () =>
      (await ns.link('x0')).mtu === 1500 &&
      assert.deepEqual(await addresses(), [...declared, '2001:db8::1']) === undefined,
    { within, what: 'the MTU and the IPv6 address are back' },
  );
  await inSync(daemon);
  assert.deepEqual(keysOf(await historyOf(daemon, 'x0')), ['addresses', 'mtu']);
});
