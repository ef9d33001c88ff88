// kernels: host uml-6.12 uml-6.1
// Whose things are whose: what vnetd leaves, what it takes away, what it speaks of.
import assert from 'node:assert/strict';
import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDaemon } from './support/daemon.ts';
import type { Tools } from './support/ip.ts';
import { heard, hears, inSync, keepInSync, objectOf, objectsOf, within } from './support/keeping.ts';
import { until } from './support/until.ts';

const addressesOf = async (ns: Tools, name: string) => {
  const [{ addr_info } = { addr_info: [] }] = await ns.ipJson('address', 'show', 'dev', name);
  return (addr_info as { readonly local: string }[]).map(({ local }) => local);
};

test('pitfall 14: a file counts by what is in it, not by its time', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { x0: { kind: ifb, mtu: 1400 } }');
  const path = join(daemon.folders.config, '10-links.yaml');
  const { atime, mtime } = statSync(path);
  const configs = heard(daemon, null, 'config');

  // Other contents, of the same length and with the same time.
  writeFileSync(`${path}.tmp`, 'links: { x0: { kind: ifb, mtu: 1300 } }', { mode: 0o644 });
  utimesSync(`${path}.tmp`, atime, mtime);
  renameSync(`${path}.tmp`, path);
  await until(async () => (await ns.link('x0')).mtu === 1300, { within, what: 'the new MTU is in force' });
  await inSync(daemon);
  assert.equal(heard(daemon, null, 'config'), configs + 1);

  // The same contents with another time, read at once by `wait`: nothing new.
  utimesSync(path, new Date(), new Date());
  await inSync(daemon);
  assert.equal(heard(daemon, null, 'config'), configs + 1);
  assert.equal(heard(daemon, 'x0', 'drift'), 0);
});

test('pitfall 17: what others put on a link stays there', async (t) => {
  const yaml = `links:
  x0: { kind: ifb, addresses: [10.17.0.1/24] }
  x1: { kind: device, addresses: [10.17.1.1/24, 10.17.1.2/24] }
  x2: { kind: ifb, addresses: [10.17.2.1/24], exclusive: true }`;
  const { ns, daemon } = await keepInSync(t, yaml, async (ns) => {
    await ns.ipBatch([
      ...['link add x1 type ifb', 'link set x1 up', 'address add 10.17.1.1/24 dev x1'],
      ...['address add 10.17.1.9/24 dev x1', 'link add x9 type ifb'],
    ]);
  });
  await ns.ipBatch([
    'address add 10.17.100.9/24 dev x0',
    'route add 192.0.2.0/24 via 10.17.0.8',
    'address add 10.17.2.9/24 dev x2',
    'address add 10.17.2.8/24 dev x2 valid_lft 900 preferred_lft 900',
    'address add 10.17.9.9/24 dev x9',
  ]);
  // Only where the list is said to be complete does a stranger go, and not one with a lifetime (DHCP).
  await until(async () => !(await addressesOf(ns, 'x2')).includes('10.17.2.9'), { within });
  await ns.ip('address', 'del', '10.17.0.1/24', 'dev', 'x0');
  await ns.ip('link', 'set', 'x0', 'down');
  await until(async () => (await addressesOf(ns, 'x0')).includes('10.17.0.1'), { within });
  await inSync(daemon);
  assert.deepEqual((await addressesOf(ns, 'x0')).filter((one) => one.startsWith('10.')).sort(), [
    '10.17.0.1',
    '10.17.100.9',
  ]);
  assert.deepEqual((await addressesOf(ns, 'x2')).filter((one) => one.startsWith('10.')).sort(), [
    '10.17.2.1',
    '10.17.2.8',
  ]);
  assert.deepEqual(await addressesOf(ns, 'x9'), ['10.17.9.9']);

  // Let go of: what was found on it stays, what vnetd put there goes.
  daemon.write('10-links.yaml', 'links: {}');
  await hears(daemon, 'x1', 'released');
  await until(async () => !(await addressesOf(ns, 'x1')).includes('10.17.1.2'), { within });
  await inSync(daemon);
  assert.deepEqual((await addressesOf(ns, 'x1')).filter((one) => one.startsWith('10.')).sort(), [
    '10.17.1.1',
    '10.17.1.9',
  ]);
  assert.ok((await ns.link('x1')).flags.includes('UP'));
});

test('pitfall 18: what vnetd left behind it takes away, even after a crash', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  x0: { kind: ifb }
  x1: { kind: ifb }
  v0: { kind: veth, peer: v1, master: br0 }
  br0: { kind: bridge }
  found0: { kind: ifb, mtu: 1400 }`,
    (ns) => ns.ipBatch(['link add found0 type ifb', 'link add foreign0 type ifb']),
  );
  const names = async () =>
    (await ns.ipJson('link', 'show')).map(({ ifname }) => String(ifname)).filter((name) => name !== 'lo');

  daemon.write('10-links.yaml', 'links: { x1: { kind: ifb }, found0: { kind: ifb, mtu: 1400 } }');
  await hears(daemon, 'x0', 'removed');
  await hears(daemon, 'br0', 'removed');
  await until(
    async () => assert.deepEqual((await names()).sort(), ['foreign0', 'found0', 'x1']) === undefined,
    {
      within,
    },
  );

  await daemon.stop('SIGKILL');
  daemon.write('10-links.yaml', 'links: {}');
  const successor = await startDaemon(t, { enter: ns.enter }, daemon.folders);
  await hears(successor, 'x1', 'removed');
  await hears(successor, 'found0', 'released');
  assert.deepEqual((await names()).sort(), ['foreign0', 'found0']);
  assert.equal((await ns.link('found0')).mtu, 1400);
});

test('pitfall 20: of links nobody declared nothing is said', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    'links: { x0: { kind: ifb, mtu: 1400 }, br0: { kind: bridge } }',
  );
  const pods = Array.from({ length: 20 }, (_, i) => `pod${i}`);
  await ns.ipBatch([
    ...pods.flatMap((name) => [
      `link add ${name} type veth peer name ${name}-in`,
      `link set ${name} up`,
      `address add 10.20.0.1/24 dev ${name}`,
    ]),
    ...pods.slice(0, 10).map((name) => `link set ${name} mtu 1300`),
    ...pods.slice(10).map((name) => `link del ${name}`),
    'link set pod0 down',
    'link set pod0 name other0',
    'link set x0 mtu 1300',
  ]);
  await hears(daemon, 'x0', 'restored');
  await inSync(daemon);
  assert.deepEqual(
    (await objectsOf(daemon)).map(({ id }) => id),
    ['br0', 'x0'],
  );
  assert.equal((await objectOf(daemon, 'br0')).drifts, 0);
  const said = await daemon.vnetctl('history', '-n', '1000');
  assert.deepEqual([...new Set(said.lines.map(({ id }) => id))].sort(), ['br0', 'x0', null].sort());
  assert.deepEqual(
    daemon.journal.seen.filter(({ text }) => /pod\d|other0/.test(text)),
    [],
  );
});
