// kernels: host uml-6.12
// memory: 512M
// timeout: 600
// Links behind bridges and ports of Open vSwitch that are taken away, replaced, or taken by somebody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDaemon } from './support/daemon.ts';
import { ip } from './support/ip.ts';
import { heard, hears, historyOf, inSync, keysOf, objectOf, unheard, within } from './support/keeping.ts';
import { datapath, type Kept, keep, keepInSync } from './support/kept-switch.ts';
import { inNamespace } from './support/namespace.ts';
import { lacksOpenVSwitch } from './support/ovs.ts';
import { until } from './support/until.ts';

const skip = lacksOpenVSwitch();
const onlyNetdev = skip || (datapath === 'netdev' ? false : 'the kernel’s datapath looks after that itself');

const one = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    mtu: 1450
    addresses: [192.0.2.1/24]
    ports:
      p0: { type: internal, tag: 5, mtu: 1400, addresses: [192.0.2.129/25] }
      p1: { type: internal }
`;

/** Somebody takes links into a namespace that ends with them. */
async function lose(t: Parameters<typeof inNamespace>[0], { ns }: Kept, name: string): Promise<void> {
  const sink = await inNamespace(t);
  await ns.ip('link', 'set', name, 'netns', sink.name);
  await ip('netns', 'del', sink.name);
}

async function eventsOf(kept: Kept, id: string): Promise<readonly unknown[]> {
  return (await historyOf(kept.daemon, id)).map(({ event }) => event);
}

test('an internal port whose link is lost gets another, with all that was on it', { skip }, async (t) => {
  const kept = await keepInSync(t, one);
  const { ns, ovs, daemon } = kept;
  const before = await ovs.get('Interface', 'p0', 'ofport');
  await ovs.vsctl('set', 'Interface', 'p0', 'external_ids:theirs=1');

  await lose(t, kept, 'p0');

  await hears(daemon, 'ovsbr0:p0', 'restored');
  await inSync(daemon);
  const { mtu, flags, ifindex } = await ns.link('p0');
  assert.equal(mtu, 1400);
  assert.ok(flags.includes('UP'));
  const [link] = await ns.ipJson('address', 'show', 'dev', 'p0');
  assert.match(JSON.stringify(link), /192\.0\.2\.129/);
  assert.equal(await ovs.get('Interface', 'p0', 'ifindex'), String(ifindex));
  assert.equal(await ovs.get('Interface', 'p0', 'ofport'), before, 'the port keeps its number');
  assert.equal(await ovs.get('Interface', 'p0', 'ofport_request'), '[]');
  assert.match(
    await ovs.get('Interface', 'p0', 'external_ids'),
    /^\{theirs=1, vnetd=ovsbr0:p0, vnetd-of=\w+\}$/,
  );
  assert.equal(await ovs.get('Port', 'p0', 'tag'), '5');
  assert.deepEqual(await eventsOf(kept, 'ovsbr0:p0'), ['created', 'drift', 'restored']);
  assert.deepEqual(keysOf(await historyOf(daemon, 'ovsbr0:p0')), ['works']);
  assert.deepEqual(await eventsOf(kept, 'ovsbr0:p1'), ['created']);
});

test('the link of a bridge that is lost is made again, and its ports stay', {
  skip: onlyNetdev,
}, async (t) => {
  const kept = await keepInSync(t, one);
  const { ns, ovs, daemon } = kept;
  const port = await ns.link('p0');
  await ovs.vsctl(
    'set',
    'Interface',
    'ovsbr0',
    'external_ids:theirs=1',
    '--',
    'set',
    'Port',
    'ovsbr0',
    'tag=7',
  );

  await lose(t, kept, 'ovsbr0');

  await hears(daemon, 'ovsbr0', 'restored');
  await inSync(daemon);
  const { mtu, flags } = await ns.link('ovsbr0');
  assert.equal(mtu, 1450);
  assert.ok(flags.includes('UP'));
  const [link] = await ns.ipJson('address', 'show', 'dev', 'ovsbr0');
  assert.match(JSON.stringify(link), /192\.0\.2\.1/);
  assert.equal((await ns.link('p0')).ifindex, port.ifindex);
  assert.match(await ovs.get('Interface', 'ovsbr0', 'external_ids'), /theirs=1/);
  assert.equal(await ovs.get('Port', 'ovsbr0', 'tag'), '7');
  assert.deepEqual(await eventsOf(kept, 'ovsbr0'), ['created', 'drift', 'restored']);
  assert.deepEqual(keysOf(await historyOf(daemon, 'ovsbr0')), ['works']);
});

test('a link that is lost is left to the operator where the declaration says so', { skip }, async (t) => {
  const kept = await keepInSync(t, one.replace('tag: 5', 'tag: 5, on_drift: alert'));
  const { ns, daemon } = kept;

  await lose(t, kept, 'p0');

  await until(async () => (await objectOf(daemon, 'ovsbr0:p0')).state === 'drifted', { within });
  assert.match((await objectOf(daemon, 'ovsbr0:p0')).reason ?? '', /^it has lost its link; left as it is/);
  assert.equal((await daemon.vnetctl('restore', 'ovsbr0:p0')).code, 0);
  await inSync(daemon);
  assert.ok((await ns.link('p0')).flags.includes('UP'));
});

test('a link of Open vSwitch that is renamed is named back', { skip }, async (t) => {
  const kept = await keepInSync(t, one);
  const { ns, ovs, daemon } = kept;
  const links = [
    { id: 'ovsbr0:p0', name: 'p0' },
    { id: 'ovsbr0', name: 'ovsbr0' },
  ] as const;
  // The kernel’s datapath makes another where ovs-vswitchd comes before vnetd.
  for (const { id, name } of links.slice(0, datapath === 'netdev' ? 2 : 1)) {
    const { ifindex } = await ns.link(name);
    const number = await ovs.get('Interface', name, 'ofport');

    await ns.ip('link', 'set', name, 'name', 'theirs');

    await hears(daemon, id, 'restored');
    await inSync(daemon);
    await until(async () => (await ns.link(name)).flags.includes('UP'), { within });
    await assert.rejects(ns.link('theirs'));
    const hasNumber = async () => (await ovs.get('Interface', name, 'ofport')) === number;
    await until(hasNumber, { within, what: 'the port has its number' });
    if (datapath === 'system') continue;
    assert.equal((await ns.link(name)).ifindex, ifindex);
    const [, drift, ...rest] = await historyOf(daemon, id);
    assert.deepEqual(drift?.changes, [{ key: 'name', wanted: name, found: 'theirs' }]);
    assert.equal(drift?.by, null);
    assert.deepEqual(
      rest.map(({ event }) => event),
      ['restored'],
    );
  }
});

test('a link that is renamed while vnetd is away is known by the number Open vSwitch has of it', {
  skip: onlyNetdev,
}, async (t) => {
  const yaml = one.replace('tag: 5', 'tag: 5, on_drift: alert');
  const { ns, ovs, daemon } = await keepInSync(t, yaml);
  const { ifindex } = await ns.link('p0');

  await daemon.stop();
  await ns.ip('link', 'set', 'p0', 'name', 'theirs');
  const again = await startDaemon(t, { enter: ns.enter, args: ['--ovsdb', ovs.address] }, daemon.folders);

  const words = 'name is theirs, wanted p0; left as it is (on_drift: alert)';
  await until(async () => (await objectOf(again, 'ovsbr0:p0')).reason === words, { within });
  assert.equal((await again.vnetctl('restore', 'ovsbr0:p0')).code, 0);
  await inSync(again);
  assert.equal((await ns.link('p0')).ifindex, ifindex);
});

test('ports whose links swapped their names get them back, whatever ovs-vswitchd says then', {
  skip: onlyNetdev,
}, async (t) => {
  const kept = await keepInSync(t, one);
  const { ns, ovs, daemon } = kept;
  const numbers = async () => [(await ns.link('p0')).ifindex, (await ns.link('p1')).ifindex];
  const before = await numbers();

  await unheard(daemon, async () => {
    await ns.ipBatch(['link set p0 name theirs', 'link set p1 name p0', 'link set theirs name p1']);
    // It asks for the numbers anew by name.
    const asked = async () => (await ovs.get('Interface', 'p0', 'ifindex')) === String(before[1]);
    await until(asked, { within, what: 'ovs-vswitchd has taken one for the other' });
  });

  for (const id of ['ovsbr0:p0', 'ovsbr0:p1']) await hears(daemon, id, 'restored');
  await inSync(daemon);
  assert.deepEqual(await numbers(), before);
  for (const id of ['ovsbr0:p0', 'ovsbr0:p1'])
    assert.deepEqual(await eventsOf(kept, id), ['created', 'drift', 'restored']);
});

test('a bridge whose link the kernel’s datapath made twice is told, and how it gets well', {
  skip: skip || (datapath === 'system' ? false : 'ovs-vswitchd’s own goes on with the one it has'),
}, async (t) => {
  const { ns, ovs, daemon } = await keepInSync(t, one);

  await unheard(daemon, async () => {
    await ns.ip('link', 'set', 'ovsbr0', 'name', 'theirs');
    await until(async () => (await ovs.get('Interface', 'ovsbr0', 'ofport')) === '-1', { within });
  });

  const { changes } = await hears(daemon, 'ovsbr0', 'drift');
  assert.deepEqual(changes, [{ key: 'name', wanted: 'ovsbr0', found: 'theirs' }]);
  const { reason } = await until(
    async () => {
      const object = await objectOf(daemon, 'ovsbr0');
      return object.state === 'refused' && object;
    },
    { within },
  );
  assert.match(reason ?? '', /the one vnetd made is named theirs; `ovs-vsctl del-br ovsbr0` would free/);
  await ovs.vsctl('--no-wait', 'del-br', 'ovsbr0');
  await inSync(daemon);
  await assert.rejects(ns.link('theirs'));
});

test('neither a deleted port nor a restart of either daemon is a link that is lost', { skip }, async (t) => {
  const kept = await keepInSync(t, one);
  const { ovs, daemon } = kept;

  await ovs.stopServer('SIGKILL');
  await until(async () => (await objectOf(daemon, 'ovsbr0')).reason === 'waiting for Open vSwitch', {
    within,
  });
  await ovs.startServer();
  await inSync(daemon);
  await ovs.stopSwitch('SIGKILL');
  await until(async () => (await daemon.vnetctl('status')).json !== undefined, { within });
  await ovs.startSwitch();
  await inSync(daemon);
  await ovs.vsctl('del-port', 'p0');
  await hears(daemon, 'ovsbr0:p0', 'restored');
  await inSync(daemon);

  for (const id of ['ovsbr0', 'ovsbr0:p0', 'ovsbr0:p1'])
    assert.ok(!keysOf(await historyOf(daemon, id)).includes('works'), id);
});

test('a device that somebody takes away is told once, and when it is back', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { tap2: { tag: 2 }, tap4: {} } }
  tap4: { kind: veth, peer: tap5 }
`;
  const device = 'link add tap2 type veth peer name tap3';
  const kept = await keepInSync(t, yaml, ({ ns }) => ns.ipBatch([device]));
  const { ns, ovs, daemon } = kept;
  const number = await ovs.get('Interface', 'tap2', 'ofport');

  await ns.ipBatch(['link del tap2']);
  await hears(daemon, 'ovsbr0:tap2', 'drift');
  assert.equal((await objectOf(daemon, 'ovsbr0:tap2')).reason, 'waiting for tap2');
  await ovs.vsctl('set', 'Bridge', 'ovsbr0', 'other_config:theirs=1');
  await ns.ipBatch([device]);
  await hears(daemon, 'ovsbr0:tap2', 'restored');
  await inSync(daemon);

  assert.deepEqual(await eventsOf(kept, 'ovsbr0:tap2'), ['created', 'drift', 'restored']);
  assert.deepEqual(keysOf(await historyOf(daemon, 'ovsbr0:tap2')), ['works']);
  if (datapath === 'netdev') assert.equal(await ovs.get('Interface', 'tap2', 'ofport'), number);
  // What vnetd makes itself is told as what it is.
  await ns.ipBatch(['link del tap4']);
  await hears(daemon, 'tap4', 'restored');
  await inSync(daemon);
  if (datapath === 'system') assert.equal(heard(daemon, 'ovsbr0:tap4', 'drift'), 0);
});

test('a member of a bond that is replaced by another of its name is taken in', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { bond0: { bond: { members: [c0, c1, c2] } } } }
`;
  const { ns, ovs, daemon } = await keepInSync(t, yaml, ({ ns }) =>
    ns.ipBatch(['link add c0 type ifb', 'link add c1 type ifb', 'link add c2 type ifb']),
  );
  const number = await ovs.get('Interface', 'c1', 'ofport');

  await ns.ipBatch(['link del c1', 'link add c1 type ifb']);

  const isTakenIn = async () => {
    const { master, flags } = await ns.link('c1');
    return datapath === 'netdev' ? flags.includes('PROMISC') : master === 'ovs-system';
  };
  await until(isTakenIn, { within, what: 'it is in the datapath' });
  await inSync(daemon);
  assert.equal(await ovs.get('Interface', 'c1', 'type'), '');
  assert.match(await ovs.get('Interface', 'c1', 'external_ids'), /^\{vnetd=ovsbr0:bond0, vnetd-of=\w+\}$/);
  if (datapath === 'netdev') {
    await hears(daemon, 'ovsbr0:bond0', 'restored');
    assert.equal(await ovs.get('Interface', 'c1', 'ofport'), number);
  }
});

test('the type of a port that takes a device in is told as its type', { skip }, async (t) => {
  const yaml = `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { tap2: {} } }, tap2: { kind: veth, peer: tap3 } }`;
  const { ovs, daemon } = await keepInSync(t, yaml);

  await ovs.vsctl('set', 'Interface', 'tap2', 'type=patch', 'options:peer=p9');

  const { changes } = await hears(daemon, 'ovsbr0:tap2', 'restored');
  assert.deepEqual(changes, [{ key: 'type', wanted: 'system', found: 'patch' }]);
  await inSync(daemon);
  assert.deepEqual(keysOf(await historyOf(daemon, 'ovsbr0:tap2')), ['type']);
});

test('what ovs-vswitchd has not made is not told to be restored', { skip }, async (t) => {
  const kept = await keepInSync(t, one);
  const { ovs, daemon } = kept;
  await ovs.stopSwitch('SIGKILL');

  await ovs.vsctl('--no-wait', 'del-port', 'p0');
  await hears(daemon, 'ovsbr0:p0', 'drift');
  await until(async () => (await ovs.vsctl('--no-wait', 'list-ports', 'ovsbr0')).includes('p0'), { within });
  await until(async () => (await objectOf(daemon, 'ovsbr0:p0')).reason === 'waiting for ovs-vswitchd', {
    within,
  });
  assert.equal(heard(daemon, 'ovsbr0:p0', 'restored'), 0);
  await ovs.startSwitch();

  await hears(daemon, 'ovsbr0:p0', 'restored');
  await inSync(daemon);
  assert.deepEqual(await eventsOf(kept, 'ovsbr0:p0'), ['created', 'drift', 'restored']);
  assert.deepEqual(keysOf(await historyOf(daemon, 'ovsbr0:p0')), ['exists']);
});

test('what is in the way of a bridge or a port is named', { skip }, async (t) => {
  const yaml = `
daemon: { sweep: 1h }
links:
  ovk: { kind: ovs-bridge, datapath_type: ${datapath} }
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    ports: { dk: {}, m2: {}, p9: { type: internal } }
`;
  const { ns, ovs, daemon } = await keep(t, yaml, async ({ ns, ovs }) => {
    const links = ['ovk', 'p9', 'dk', 'm1', 'm2'].map((name) => `link add ${name} type ifb`);
    await ns.ipBatch([...links, 'link add kbr type bridge', 'link set dk up master kbr']);
    await ovs.vsctl('add-br', 'theirs', '--', 'set', 'Bridge', 'theirs', `datapath_type=${datapath}`);
    await ovs.vsctl('add-bond', 'theirs', 'sbond', 'm1', 'm2');
  });
  const isRefused = (id: string, reason: string) =>
    until(async () => (await objectOf(daemon, id)).reason === reason, { within, what: reason });

  await isRefused('ovk', 'ovk is there, an ifb of the kernel’s: `ip link del ovk` would free its name');
  await isRefused('ovsbr0:p9', 'p9 is there, an ifb of the kernel’s: `ip link del p9` would free its name');
  await isRefused(
    'ovsbr0:dk',
    'dk is a member of kbr, a bridge of the kernel’s: `ip link set dk nomaster` would free it',
  );
  await isRefused(
    'ovsbr0:m2',
    'm2 is an interface of sbond on theirs: `ovs-vsctl del-port sbond` would free it',
  );
  assert.equal((await objectOf(daemon, 'ovk')).state, 'refused');
  await ns.ipBatch(['link del ovk', 'link del p9', 'link set dk nomaster']);
  await ovs.vsctl('del-port', 'sbond');

  await inSync(daemon);
});

test('a patch port whose peer was elsewhere for a moment works, whatever Open vSwitch says', {
  skip,
}, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p1: { type: patch, peer: p2 } } }
  ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p2: { type: patch, peer: p1 } } }
`;
  const { ovs, daemon } = await keepInSync(t, yaml);
  const patch = ['--', 'set', 'Interface', 'p1', 'type=patch', 'options:peer=p2'];
  await ovs.vsctl('add-br', 'ovsbr2', '--', 'set', 'Bridge', 'ovsbr2', `datapath_type=${datapath}`);
  // Until ovs-vswitchd has taken that up.
  await unheard(daemon, () => ovs.vsctl('del-port', 'p1', '--', 'add-port', 'ovsbr2', 'p1', ...patch));
  await hears(daemon, 'ovsbr0:p1', 'restored');

  const said: string[] = [];
  for (const x of ['1', '2', '3']) {
    await ovs.vsctl('set', 'Bridge', 'ovsbr0', `other_config:x=${x}`);
    await inSync(daemon);
    for (const port of ['p1', 'p2']) said.push(await ovs.get('Interface', port, 'error'));
  }
  assert.match(said.join(), /No usable peer/, 'Open vSwitch says so');
});

test('what is over and under a port is shown', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { tap2: {}, p1: { type: patch, peer: p2 } } }
  ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p2: { type: patch, peer: p1 } } }
  tap2: { kind: veth, peer: tap3 }
`;
  const { daemon } = await keepInSync(t, yaml);
  const layersOf = async (id: string) => {
    const { under, over, other_end } = (await daemon.vnetctl('show', id)).json as Record<string, unknown>;
    return { under, over, other_end };
  };

  assert.deepEqual(await layersOf('ovsbr0:p1'), { under: [], over: ['ovsbr0'], other_end: 'ovsbr1:p2' });
  assert.deepEqual(await layersOf('ovsbr0:tap2'), { under: ['tap2'], over: ['ovsbr0'], other_end: null });
  const { under } = await layersOf('ovsbr0');
  assert.deepEqual([...(under as string[])].sort(), ['ovsbr0:p1', 'ovsbr0:tap2']);
});
