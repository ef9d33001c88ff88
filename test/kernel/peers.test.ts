// kernels: host uml-6.12 uml-6.1
// Addresses with a peer: what tells them apart is what the kernel tells them apart by.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hears, historyOf, inSync, keepInSync } from './support/keeping.ts';

const yaml = (...entries: string[]) => `links: { x0: { kind: ifb, addresses: [${entries.join(', ')}] } }`;
const plain = '10.0.0.1/24';
const two = '{ address: 10.0.0.1, peer: 10.0.0.2 }';
const three = '{ address: 10.0.0.1, peer: 10.0.0.3 }';
const far = '{ address: 10.0.0.1, peer: 10.1.0.9/24 }';
const six = '{ address: "fd00::5", peer: "fd00::6/64" }';

test('one address with several peers, one of them found otherwise, lost or taken out', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml(plain, two, three, far, six), async (ns) => {
    await ns.ip('link', 'add', 'x0', 'type', 'ifb');
    await ns.ip('addr', 'add', '10.0.0.1', 'peer', '10.1.0.7/24', 'dev', 'x0');
    await ns.ip('addr', 'add', 'fd00::5', 'peer', 'fd00::7/64', 'dev', 'x0');
  });
  const all = async () => {
    const { addr_info = [] } = (await ns.ipJson('-4', 'addr', 'show', 'x0'))[0] as {
      readonly addr_info?: readonly { local: string; address?: string; prefixlen: number }[];
    };
    return addr_info.map(({ address = '', prefixlen }) => `${address}/${prefixlen}`).sort();
  };
  assert.deepEqual(await all(), ['/24', '10.0.0.2/32', '10.0.0.3/32', '10.1.0.9/24']);

  await ns.ip('addr', 'del', '10.0.0.1', 'peer', '10.0.0.3', 'dev', 'x0');
  const restored = await hears(daemon, 'x0', 'restored');
  assert.deepEqual(restored.changes, [
    { key: 'addresses', wanted: '10.0.0.1 peer 10.0.0.3/32', found: null },
  ]);

  const from = daemon.journal.seen.length;
  await ns.ip('addr', 'del', 'fd00::5', 'peer', 'fd00::6/64', 'dev', 'x0');
  const again = await hears(daemon, 'x0', 'restored', from);
  assert.deepEqual(again.changes, [{ key: 'addresses', wanted: 'fd00::5/128 peer fd00::6/64', found: null }]);
  await inSync(daemon);
  assert.deepEqual(await all(), ['/24', '10.0.0.2/32', '10.0.0.3/32', '10.1.0.9/24']);

  const shown = await daemon.vnetctl('show', 'x0');
  const attributes = (shown.json as { readonly attributes: readonly { key: string; found: string }[] })
    .attributes;
  assert.deepEqual(
    attributes.filter(({ key }) => key === 'addresses').map(({ found }) => found),
    [
      '10.0.0.1/24',
      '10.0.0.1 peer 10.0.0.2/32',
      '10.0.0.1 peer 10.0.0.3/32',
      '10.0.0.1 peer 10.1.0.0/24 peer 10.1.0.9/24',
      'fd00::5/128 peer fd00::6/64',
    ],
  );

  daemon.write('10-links.yaml', yaml(three, six));
  await inSync(daemon);
  assert.deepEqual(await all(), ['10.0.0.3/32']);
  assert.ok((await historyOf(daemon, 'x0')).every(({ event }) => event !== 'refused'));
});

test('an IPv6 address with another length of prefix is put in its place', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml('"fd00::5/64"'), async (ns) => {
    await ns.ip('link', 'add', 'x0', 'type', 'ifb');
    await ns.ip('addr', 'add', 'fd00::5/128', 'dev', 'x0');
  });
  const lengths = async () => {
    const { addr_info = [] } = (await ns.ipJson('-6', 'addr', 'show', 'x0', 'scope', 'global'))[0] as {
      readonly addr_info?: readonly { prefixlen?: number }[];
    };
    return addr_info.flatMap(({ prefixlen }) => prefixlen ?? []);
  };
  assert.deepEqual(await lengths(), [64]);
  daemon.write('10-links.yaml', yaml('"fd00::5/56"'));
  await inSync(daemon);
  assert.deepEqual(await lengths(), [56]);
  assert.ok((await historyOf(daemon, 'x0')).every(({ event }) => event !== 'refused'));
});
