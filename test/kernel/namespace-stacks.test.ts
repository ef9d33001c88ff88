// kernels: uml-6.12 uml-6.1
// timeout: 300
// Links in namespaces that stand on links elsewhere: a card that was moved in, an underlay that is the host's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip } from './support/ip.ts';
import { hears, inSync, keepInSync, objectOf, unheard, within } from './support/keeping.ts';
import { inside, names } from './support/namespace.ts';
import { answers, comesBack } from './support/ping.ts';
import { until } from './support/until.ts';

test('a card is moved into a namespace with a VLAN on it, fetched back, and given back', async (t) => {
  const [a = ''] = names(t, 1);
  const host = `far: {}
  far.5: { kind: vlan, link: far, id: 5, addresses: [10.9.3.2/24] }`;
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  ${host}
namespaces:
  ${a}:
    links:
      card: { state: up, mtu: 1400 }
      card.5: { kind: vlan, link: card, id: 5, addresses: [10.9.3.1/24] }`,
    async (ns) => {
      await ns.ip('link', 'add', 'card', 'type', 'veth', 'peer', 'name', 'far');
      await ns.ip('link', 'set', 'far', 'up');
    },
  );
  const reached = () => answers(ns.name, '10.9.3.1', 20);
  assert.ok(await reached());
  await comesBack(
    t,
    daemon,
    { from: ns.name, to: '10.9.3.1' },
    {
      'the card is taken back': () => ip('-n', a, 'link', 'set', 'card', 'netns', ns.name),
      'the VLAN is deleted': () => ip('-n', a, 'link', 'del', 'card.5'),
      'the card is down': () => ip('-n', a, 'link', 'set', 'card', 'down'),
    },
  );
  daemon.write('10-links.yaml', `links:\n  ${host}`);
  await hears(daemon, `${a}/`, 'removed');
  const back = await ns.link('card');
  assert.equal(back.mtu, 1400);
});

test('a card that is in use on the host stays there, and what keeps it is said', async (t) => {
  const [a = ''] = names(t, 1);
  const { ns, daemon } = await keepInSync(t, 'links: {}', async (ns) => {
    await ns.ip('link', 'add', 'card', 'type', 'veth', 'peer', 'name', 'far');
    await ns.ip('addr', 'add', '10.9.4.1/24', 'dev', 'card');
  });
  daemon.write('10-links.yaml', `namespaces: { ${a}: { links: { card: {} } } }`);
  await inSync(daemon, `${a}/`);
  const { state, reason } = await objectOf(daemon, `${a}/card`);
  assert.equal(state, 'waiting');
  assert.match(
    reason ?? '',
    /card is in the host’s namespace and stays there: it has the address 10\.9\.4\.1\/24/,
  );
  await ns.ip('addr', 'del', '10.9.4.1/24', 'dev', 'card');
  await inSync(daemon, `${a}/card`);
  assert.equal((await inside(a).link('card')).ifname, 'card');
});

test('a VXLAN’s own packets go through the host’s namespace, or through its own', async (t) => {
  const [a = '', b = ''] = names(t, 2);
  const tunnel = (more: string, address: string) =>
    `vx0: { kind: vxlan, id: 7, ${more}, addresses: [${address}/24] }`;
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  u0: { kind: veth, peer: ${b}/u1, addresses: [10.9.5.1/24] }
namespaces:
  ${a}: { links: { ${tunnel('link_netns: /, local: 10.9.5.1, remote: 10.9.5.2', '10.9.6.1')} } }
  ${b}:
    links:
      u1: { kind: veth, addresses: [10.9.5.2/24] }
      ${tunnel('local: 10.9.5.2, remote: 10.9.5.1', '10.9.6.2')}`,
  );
  assert.ok(await answers(a, '10.9.6.2', 20));
  await comesBack(
    t,
    daemon,
    { from: b, to: '10.9.6.1' },
    {
      'the tunnel is deleted': () => ip('-n', a, 'link', 'del', 'vx0'),
      'the namespace is deleted': () => ip('netns', 'del', a),
      'the underlay is deleted': () => ns.ip('link', 'del', 'u0'),
      'the tunnel is taken to the host': () => ip('-n', a, 'link', 'set', 'vx0', 'netns', ns.name),
    },
  );
  // Made again in its own namespace by somebody, with the wrong underlay.
  await unheard(daemon, async () => {
    await ip('-n', a, 'link', 'del', 'vx0');
    await ip(
      '-n',
      a,
      'link',
      'add',
      'vx0',
      'type',
      'vxlan',
      'id',
      '7',
      'local',
      '10.9.5.1',
      'remote',
      '10.9.5.2',
      'dstport',
      '8472',
    );
  });
  await until(() => answers(b, '10.9.6.1', 0.5), { within });
  await inSync(daemon);
  assert.equal((await inside(a).link('vx0')).link_netnsid, 0);
});
