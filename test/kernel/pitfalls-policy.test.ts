// kernels: host uml-6.12 uml-6.1
// What vnetd leaves alone, gives up, waits for or fights over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  heard,
  hears,
  historyOf,
  inSync,
  keep,
  keepInSync,
  keysOf,
  objectOf,
  unheard,
  within,
} from './support/keeping.ts';
import { monitor } from './support/monitor.ts';
import { lost } from './support/overrun.ts';
import { until } from './support/until.ts';

test('pitfall 4: what was not written is not managed', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { sweep: 1s }
links:
  br0: { kind: bridge, ageing_time: 20000, multicast: true }
  v0: { kind: veth, peer: v1, master: br0, mtu: 1400, multicast: true }`,
  );
  await ns.ipBatch([
    'link set br0 type bridge forward_delay 500 hello_time 300 priority 4096',
    'link set br0 alias other',
    'link set v0 type bridge_slave cost 77 hairpin on',
    'link set v0 txqueuelen 77',
    'link set v0 alias other',
    'link set v0 promisc on',
    'link set v1 mtu 1300',
    'link set v1 down',
    'address add 10.4.0.1/24 dev br0',
    // And what is written: the kernel says nothing of it, so once it is back a sweep has looked at all of this.
    'link set br0 multicast off',
    'link set v0 multicast off',
  ]);

  await until(
    async () => {
      const links = [await ns.link('br0'), await ns.link('v0')];
      return links.every(({ flags }) => flags.includes('MULTICAST'));
    },
    { within, what: 'multicast is back' },
  );

  const [br0, v0, v1] = [await ns.link('br0'), await ns.link('v0'), await ns.link('v1')];
  const { forward_delay, hello_time, priority, ageing_time } = br0.linkinfo?.info_data ?? {};
  assert.deepEqual(
    { forward_delay, hello_time, priority, ageing_time },
    { forward_delay: 500, hello_time: 300, priority: 4096, ageing_time: 20000 },
  );
  assert.equal(br0.ifalias, 'other');
  assert.equal(v0.linkinfo?.info_slave_data?.cost, 77);
  assert.equal(v0.txqlen, 77);
  assert.equal(v0.ifalias, 'other');
  assert.ok(v0.flags.includes('PROMISC'));
  assert.deepEqual([v1.mtu, v1.flags.includes('UP')], [1300, false]);
  const [{ addr_info: addresses } = { addr_info: [] }] = await ns.ipJson('address', 'show', 'dev', 'br0');
  assert.ok((addresses as { local: string }[]).some(({ local }) => local === '10.4.0.1'));
  await inSync(daemon);
  assert.deepEqual(keysOf(await historyOf(daemon, 'br0')), ['multicast']);
  assert.deepEqual(keysOf(await historyOf(daemon, 'v0')), ['multicast']);
});

test('pitfall 7: a name that another link took is that link’s', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { sweep: 1h }
links:
  x0: { kind: bridge, mtu: 1400, addresses: [10.7.0.1/24] }
  m0: { kind: macvlan, link: x0 }`,
    (ns) => ns.ip('link', 'add', 'noise0', 'type', 'ifb'),
  );
  const { address } = await ns.link('x0');
  const asDeclared = async () => {
    const x0 = await ns.link('x0');
    assert.deepEqual([x0.mtu, x0.flags.includes('UP'), x0.address], [1400, true, address]);
    const [{ addr_info } = { addr_info: [] }] = await ns.ipJson('address', 'show', 'dev', 'x0');
    assert.ok((addr_info as { local: string }[]).some(({ local }) => local === '10.7.0.1'));
    assert.equal((await ns.link('m0')).link, 'x0');
    return true;
  };

  // All of it is heard at once: the new link has the name before the old one's end is told.
  await unheard(daemon, () =>
    ns.ipBatch(['link set x0 down', 'link set x0 name old0', 'link add x0 type bridge', 'link del old0']),
  );
  await until(asDeclared, { within, what: 'the new x0 is as declared' });
  await inSync(daemon);

  // Nothing of it is heard: the full read names the new link while the old one is still believed to be there.
  await lost(daemon, ns, 'noise0', () => ns.ipBatch(['link del x0', 'link add x0 type bridge']));
  await hears(daemon, null, 'resync');
  await until(asDeclared, { within, what: 'the newer x0 is as declared' });
  await inSync(daemon);
  await assert.rejects(ns.link('old0'));
  assert.equal(heard(daemon, 'x0', 'refused') + heard(daemon, 'm0', 'refused'), 0);
});

test('pitfall 16: two who undo each other do not do so for ever', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { contested: { after: 5, within: 30s } }
links: { x0: { kind: ifb, mtu: 1500 } }`,
  );
  const notices = await monitor(t, { subjects: ['link'], enter: ns.enter });
  const repairs = () => notices.seen.filter(({ text }) => / x0:.* mtu 1500 /.test(text)).map(({ at }) => at);
  const undo = async () => {
    await ns.ip('link', 'set', 'x0', 'mtu', '1400');
    await until(async () => (await ns.link('x0')).mtu === 1500, { within, what: 'x0 has its MTU back' });
  };

  for (let i = 1; i <= 5; i++) {
    await undo();
    // Undone before vnetd saw its repair, it would be the same drift still.
    await until(() => heard(daemon, 'x0', 'restored') === i, { within });
  }
  const peaceful = repairs().length;
  for (let i = 0; i < 4; i++) await undo();

  await hears(daemon, 'x0', 'contested');
  const { state, reason } = await objectOf(daemon, 'x0');
  assert.equal(state, 'contested');
  assert.match(reason ?? '', /mtu/);
  assert.equal((await daemon.vnetctl('status')).code, 1);
  // From the second on, each repair waits twice as long as the one before: 0.2 s, 0.4 s, 0.8 s.
  const times = await until(() => repairs().length >= peaceful + 4 && repairs().slice(peaceful), { within });
  for (const [i, pause] of [200, 400, 800].entries()) {
    const waited = (times[i + 1] ?? 0) - (times[i] ?? 0);
    assert.ok(
      // A notice is read late on a busy machine; without the pauses it would be milliseconds.
      waited >= pause / 2,
      `repair ${i + 2} of the contest came ${waited} ms after the one before`,
    );
  }
  assert.equal(heard(daemon, 'x0', 'drift'), 5);
  assert.equal(heard(daemon, 'x0', 'contested'), 1);

  // Nobody undoes it any more.
  const end = /^mtu holds; settled again at (\d\d:\d\d:\d\d) if nobody changes it$/;
  const told = await until(async () => end.exec((await objectOf(daemon, 'x0')).reason ?? '')?.[1], {
    within,
  });
  await inSync(daemon);
  const { state: last, since } = await objectOf(daemon, 'x0');
  assert.equal(last, 'in-sync');
  const seconds = (time: string) => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  const day = seconds('24:00:00');
  const late = (seconds(new Date(since).toTimeString().slice(0, 8)) - seconds(told) + day) % day;
  assert.ok(late < 10, `told to be settled at ${told}, and was at ${since}`);
});

test('pitfall 22: what was only seen is not told as done', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  x0: { kind: ifb, mtu: 1500, on_drift: alert }
  x1: { kind: ifb, mtu: 1500 }`,
  );

  await ns.ip('link', 'set', 'x0', 'mtu', '1400');
  await hears(daemon, 'x0', 'drift');
  const { state, reason } = await objectOf(daemon, 'x0');
  assert.equal(state, 'drifted');
  assert.match(reason ?? '', /mtu is 1400, wanted 1500/);
  await ns.ip('link', 'set', 'x0', 'mtu', '1500');
  await inSync(daemon);
  assert.deepEqual(
    (await historyOf(daemon, 'x0')).map(({ event }) => event),
    ['created', 'drift'],
  );

  await ns.ip('link', 'set', 'x1', 'mtu', '1400');
  await hears(daemon, 'x1', 'restored');
  const changes = [{ key: 'mtu', wanted: 1500, found: 1400 }];
  const [, drift, restored] = await historyOf(daemon, 'x1');
  assert.deepEqual([drift?.event, drift?.changes], ['drift', changes]);
  assert.deepEqual([restored?.event, restored?.changes], ['restored', changes]);
  assert.ok(Number(restored?.micros) > 0);
  assert.equal((await ns.link('x1')).mtu, 1500);
});

test('pitfall 23: a renamed link gets its name back, and a name in use is not taken', async (t) => {
  const { ns, daemon } = await keep(
    t,
    `links:
  x0: { kind: ifb }
  taken0: { kind: ifb, mtu: 1400 }`,
    (ns) => ns.ip('link', 'add', 'taken0', 'mtu', '1450', 'type', 'bridge'),
  );
  await inSync(daemon, 'x0');
  const x0 = await ns.link('x0');
  const foreign = await ns.link('taken0');

  await hears(daemon, 'taken0', 'refused');
  const { state, reason } = await objectOf(daemon, 'taken0');
  assert.equal(state, 'refused');
  assert.match(reason ?? '', /bridge.*`ip link del taken0`/);
  const { abilities } = (await daemon.vnetctl('doctor')).json as {
    readonly abilities: readonly { readonly id: string; readonly words: string }[];
  };
  const words = abilities.find(({ id }) => id === 'taken0')?.words ?? '';
  assert.match(
    words,
    /^taken0 is of another kind/,
    'that there is one says nothing of what the kernel can do',
  );

  await unheard(daemon, () =>
    ns.ipBatch(['link set x0 down', 'link set x0 name other0', 'link set other0 up']),
  );
  await hears(daemon, 'x0', 'restored');
  assert.equal((await ns.link('x0')).ifindex, x0.ifindex);
  await assert.rejects(ns.link('other0'));
  assert.deepEqual((await historyOf(daemon, 'x0')).find(({ event }) => event === 'drift')?.changes, [
    { key: 'name', wanted: 'x0', found: 'other0' },
  ]);

  const still = await ns.link('taken0');
  assert.deepEqual([still.ifindex, still.mtu, still.linkinfo?.info_kind], [foreign.ifindex, 1450, 'bridge']);

  await ns.ip('link', 'del', 'taken0');
  await inSync(daemon, 'taken0');
  const made = await ns.link('taken0');
  assert.deepEqual([made.linkinfo?.info_kind, made.mtu], ['ifb', 1400]);
});
