// kernels: host uml-6.12 uml-6.1
// timeout: 300
// What is in a namespace is kept as on the host.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip } from './support/ip.ts';
import { historyOf, keepInSync, keysOf } from './support/keeping.ts';
import { inNamespace, inside, names } from './support/namespace.ts';
import { answers, comesBack } from './support/ping.ts';

/** Waits until an address is reached: what puts it back may take several steps. */
async function reaches(from: string, address: string): Promise<void> {
  assert.ok(await answers(from, address, 20), `${address} does not answer ${from}`);
}

test('two namespaces on one link of the host come back whole, whatever is done to them', async (t) => {
  const [a = '', b = ''] = names(t, 2);
  const macvlan = (address: string) =>
    `{ links: { m0: { kind: macvlan, link: /v0, mode: bridge, mtu: 1400, addresses: [${address}/24] } } }`;
  const { ns, daemon } = await keepInSync(
    t,
    `links: { v0: { kind: veth, peer: v1 }, v1: { kind: veth, peer: v0 } }
namespaces: { ${a}: ${macvlan('10.9.0.1')}, ${b}: ${macvlan('10.9.0.2')} }`,
  );
  await reaches(a, '10.9.0.2');
  await comesBack(
    t,
    daemon,
    { from: b, to: '10.9.0.1' },
    {
      'the namespace is deleted': () => ip('netns', 'del', a),
      'the link is deleted': () => ip('-n', a, 'link', 'del', 'm0'),
      'the link is down': () => ip('-n', a, 'link', 'set', 'm0', 'down'),
      'the address is gone': () => ip('-n', a, 'addr', 'del', '10.9.0.1/24', 'dev', 'm0'),
      'the link is taken to the host': () => ip('-n', a, 'link', 'set', 'm0', 'netns', ns.name),
      'the link is taken to another namespace': () =>
        ip('-n', a, 'link', 'set', 'm0', 'netns', b, 'name', 'strange'),
    },
    async () => {
      assert.equal((await inside(a).link('m0')).mtu, 1400);
      // What was only taken away was brought back: nothing of it is left where it was.
      assert.equal((await ns.ipJson('link')).filter(({ ifname }) => ifname === 'm0').length, 0);
      assert.equal((await inside(b).ipJson('link')).filter(({ ifname }) => ifname !== 'lo').length, 1);
    },
  );
  const events = await historyOf(daemon, `${a}/`);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['created', 'drift', 'restored'],
  );
  const within = await historyOf(daemon, `${a}/m0`);
  assert.deepEqual(keysOf(within), ['addresses', 'exists', 'state']);
  assert.ok(within.every(({ event }) => event !== 'refused'));
  // Where it was taken is told, both when it is missed and when it was brought back.
  const moves = within.flatMap(({ event, changes }) =>
    ((changes ?? []) as { movedTo?: string }[]).flatMap(({ movedTo }) =>
      movedTo === undefined ? [] : [`${event} ${movedTo}`],
    ),
  );
  assert.deepEqual(
    moves,
    ['/m0', `${b}/strange`].flatMap((where) => [`drift ${where}`, `restored ${where}`]),
  );
});

test('a pair through the host’s bridge comes back, whichever end is touched', async (t) => {
  const [a = '', b = ''] = names(t, 2);
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  br0: { kind: bridge, ports: [${a}-h, ${b}-h], addresses: [10.9.1.254/24] }
  ${a}-h: { kind: veth, peer: ${a}/eth0 }
  ${b}-h: { state: up }
namespaces:
  ${a}: { links: { eth0: { kind: veth, addresses: [10.9.1.1/24] } } }
  ${b}: { links: { eth0: { kind: veth, peer: /${b}-h, addresses: [10.9.1.2/24] } } }`,
  );
  await reaches(a, '10.9.1.2');
  const undeclared = await inNamespace(t);
  await comesBack(
    t,
    daemon,
    { from: a, to: '10.9.1.2' },
    {
      'a namespace is deleted': () => ip('netns', 'del', b),
      'the end inside is deleted': () => ip('-n', b, 'link', 'del', 'eth0'),
      'the end on the host is deleted': () => ns.ip('link', 'del', `${b}-h`),
      'the end inside is taken to the host': () => ip('-n', b, 'link', 'set', 'eth0', 'netns', ns.name),
      'the end inside is taken out of sight': () =>
        ip('-n', b, 'link', 'set', 'eth0', 'netns', undeclared.name),
      'the end on the host is out of the bridge': () => ns.ip('link', 'set', `${b}-h`, 'nomaster'),
    },
  );
  assert.equal((await undeclared.ipJson('link')).length, 1);
  const lost = (await historyOf(daemon, `${b}/eth0`)).filter(({ disruptive }) => disruptive === true);
  assert.ok(lost.length >= 1, 'a pair that is made again is marked disruptive');
});

test('the other end of a pair is told apart from what stands on it', async (t) => {
  const [a = ''] = names(t, 1);
  const { daemon } = await keepInSync(
    t,
    `links: { br0: { kind: bridge, ports: [v1] }, v1: { kind: veth, peer: ${a}/v0 } }
namespaces: { ${a}: { links: { v0: { kind: veth, peer: /v1 } } } }`,
  );
  const layersOf = async (id: string) => {
    const {
      over,
      under,
      other_end: otherEnd,
    } = (await daemon.vnetctl('show', id)).json as {
      readonly over: readonly string[];
      readonly under: readonly string[];
      readonly other_end: string | null;
    };
    return { over, under, otherEnd };
  };
  assert.deepEqual(await layersOf('v1'), { over: ['br0'], under: [], otherEnd: `${a}/v0` });
  assert.deepEqual(await layersOf(`${a}/v0`), { over: [], under: [], otherEnd: 'v1' });
  assert.deepEqual(await layersOf('br0'), { over: [], under: ['v1'], otherEnd: null });
});
