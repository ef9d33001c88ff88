// kernels: host uml-6.12 uml-6.1
// Many links at once are made in batches, the next one judged while the kernel is at the last.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, hears, inSync, keep, keepInSync, objectOf, objectsOf, within } from './support/keeping.ts';
import { resize } from './support/overrun.ts';
import { until } from './support/until.ts';

const told = ['created', 'adopted', 'drift', 'restored', 'refused', 'contested', 'resync'] as const;

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `  ${line(i)}\n`).join('');
}

const ifbs = (count: number) => `links:\n${lines(count, (i) => `i${i}: { kind: ifb }`)}`;

test('links, both ends of pairs, bridges and their ports are each made once, and nothing else is told of them', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `${ifbs(150)}${lines(
      40,
      (i) => `b${i}: { kind: bridge }
  x${i}: { kind: vxlan, id: ${i + 1}, local: 127.0.0.1, dstport: 4789, master: b${i}, bridge_port: { cost: 7 } }
  v${i}: { kind: veth, peer: w${i}, mtu: 1400 }
  w${i}: { kind: veth, peer: v${i}, mtu: 1300, master: b${i} }`,
    )}`,
  );
  const objects = await objectsOf(daemon);
  assert.equal(objects.length, 150 + 4 * 40);
  assert.deepEqual(
    objects.filter(({ state, drifts }) => state !== 'in-sync' || drifts > 0),
    [],
  );
  for (const { id } of objects)
    assert.deepEqual(
      told.filter((event) => heard(daemon, id, event) > 0).map((event) => [event, heard(daemon, id, event)]),
      [['created', 1]],
      id,
    );
  const found = new Map((await ns.ipJson('link')).map((link) => [link.ifname as string, link]));
  for (let i = 0; i < 40; i++) {
    assert.equal(found.get(`x${i}`)?.master, `b${i}`);
    assert.equal(found.get(`w${i}`)?.master, `b${i}`);
    assert.deepEqual([found.get(`v${i}`)?.mtu, found.get(`w${i}`)?.mtu], [1400, 1300]);
    for (const end of ['v', 'w'])
      assert.ok((found.get(`${end}${i}`)?.flags as readonly string[] | undefined)?.includes('UP'));
  }
});

test('a drift is put back while others are still being made', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { k0: { kind: ifb, mtu: 1400 } }');
  daemon.write('20-many.yaml', ifbs(300));
  await until(async () => (await ns.ipJson('link')).some(({ ifname }) => ifname === 'i0'), {
    within,
    what: 'the first is made',
  });
  for (let i = 0; i < 4; i++) {
    await ns.ip('link', 'set', 'k0', 'mtu', '1300');
    await until(async () => (await ns.link('k0')).mtu === 1400, { within, what: 'k0 has its MTU back' });
  }
  await inSync(daemon);
  assert.equal((await objectOf(daemon, 'k0')).state, 'in-sync');
});

test('what is taken away while it is made is made again', async (t) => {
  const { ns, daemon } = await keep(t, ifbs(300));
  await until(async () => (await ns.ipJson('link')).some(({ ifname }) => ifname === 'i20'), {
    within,
    what: 'some are made',
  });
  await ns.ipBatch(Array.from({ length: 10 }, (_, i) => `link del i${i}`));
  await inSync(daemon);
  const names = (await ns.ipJson('link')).map(({ ifname }) => ifname);
  for (let i = 0; i < 300; i++) assert.ok(names.includes(`i${i}`), `i${i}`);
});

test('of many the kernel refuses one, which is told, and the others are made', async (t) => {
  const { daemon } = await keep(
    t,
    `links:\n${lines(100, (i) => `x${i}: { kind: vxlan, id: ${i + 1}, local: 127.0.0.1, dstport: 4789 }`)}`,
    // The kernel takes one vxlan of an id (vxlan_dev_configure in drivers/net/vxlan/vxlan_core.c).
    (ns) =>
      ns.ip('link', 'add', 'foreign', 'type', 'vxlan', 'id', '71', 'local', '127.0.0.1', 'dstport', '4789'),
  );
  await hears(daemon, 'x70', 'refused');
  await until(async () => (await objectsOf(daemon)).filter(({ state }) => state !== 'in-sync').length === 1, {
    within,
    what: 'all but one are in sync',
  });
  assert.equal((await objectOf(daemon, 'x70')).state, 'refused');
  assert.equal(heard(daemon, 'x70', 'refused'), 1);
});

test('an edit that comes while links are made is followed', async (t) => {
  const { ns, daemon } = await keep(t, ifbs(300));
  await until(async () => (await ns.ipJson('link')).some(({ ifname }) => ifname === 'i20'), {
    within,
    what: 'some are made',
  });
  daemon.write('10-links.yaml', `links:\n${lines(150, (i) => `i${2 * i}: { kind: ifb, mtu: 1300 }`)}`);
  await inSync(daemon);
  const isLike = async () => {
    const links = (await ns.ipJson('link')).filter(({ ifname }) => /^i\d/.test(ifname as string));
    return links.length === 150 && links.every(({ mtu }) => mtu === 1300);
  };
  await until(isLike, { within, what: 'every other one is left, and as it is declared now' });
});

test('answers that are lost while links are made are made up for by reading', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { k0: { kind: ifb } }');
  await resize(daemon, 1);
  daemon.write('20-many.yaml', ifbs(200));
  await hears(daemon, null, 'resync');
  await inSync(daemon);
  const names = (await ns.ipJson('link')).map(({ ifname }) => ifname);
  for (let i = 0; i < 200; i++) assert.ok(names.includes(`i${i}`), `i${i}`);
  for (let i = 0; i < 200; i++) assert.equal(heard(daemon, `i${i}`, 'refused'), 0);
});
