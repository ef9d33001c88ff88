// kernels: host uml-6.12
// memory: 512M
// timeout: 600
// Ports of a real Open vSwitch, of each type, and what keeps them from working.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, hears, historyOf, inSync, keysOf, objectOf, within } from './support/keeping.ts';
import { datapath, keep, keepInSync, one } from './support/kept-switch.ts';
import { lacksOpenVSwitch } from './support/ovs.ts';
import { until } from './support/until.ts';

const skip = lacksOpenVSwitch();

test('a port waits for its device, and returns with it', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { tap2: { tag: 2 }, tap4: {} } }
`;
  const { ns, ovs, daemon } = await keep(t, yaml, ({ ns }) =>
    ns.ipBatch(['link add tap4 type veth peer name tap5']),
  );
  await inSync(daemon, 'ovsbr0:tap4');
  const waiting = async () => (await objectOf(daemon, 'ovsbr0:tap2')).reason === 'waiting for tap2';
  await until(waiting, { within, what: 'it waits' });
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'tap4');

  await ns.ipBatch(['link add tap2 type veth peer name tap3']);
  await inSync(daemon);
  assert.equal(await ovs.get('Port', 'tap2', 'tag'), '2');

  await ns.ipBatch(['link del tap2']);
  await until(waiting, { within, what: 'it waits again' });
  await ns.ipBatch(['link add tap2 type veth peer name tap3']);
  await inSync(daemon);
  assert.equal(
    Number(await ovs.get('Interface', 'tap2', 'ifindex')),
    (await ns.link('tap2')).ifindex,
    'Open vSwitch has the link that is there',
  );
});

test('a patch port waits for its peer', { skip }, async (t) => {
  const yaml = `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p1: { type: patch, peer: p2 } } } }`;
  const { ovs, daemon } = await keep(t, yaml);
  await until(async () => (await objectOf(daemon, 'ovsbr0:p1')).reason === 'waiting for p2', { within });
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'p1');

  await ovs.vsctl(
    'add-port',
    'ovsbr0',
    'p2',
    '--',
    'set',
    'Interface',
    'p2',
    'type=patch',
    'options:peer=p1',
  );

  await inSync(daemon);
});

test('what an Open vSwitch does not have, or cannot do, is refused in its words', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    ports:
      p0: { type: internal }
      x0: { type: gre, options: { remote_ip: nowhere } }
      x1: { type: internal, ofport_request: 7 }
`;
  const { ovs, daemon } = await keep(t, yaml);
  await inSync(daemon, 'ovsbr0', 'ovsbr0:p0', 'ovsbr0:x1');
  const refused = await objectOf(daemon, 'ovsbr0:x0');
  assert.equal(refused.state, 'refused');
  assert.match(refused.reason ?? '', /bad gre 'remote_ip'|requires valid 'remote_ip'/);
  assert.equal((await hears(daemon, 'ovsbr0:x0', 'refused')).message?.toString().includes('remote_ip'), true);

  daemon.write('10-ovs.yaml', yaml.replace('nowhere', '198.51.100.3'));

  await inSync(daemon);
  assert.equal(await ovs.get('Interface', 'x1', 'ofport'), '7');
});

test('one thing the database refuses keeps nothing else out', { skip }, async (t) => {
  const ports = Array.from({ length: 9 }, (_, i) => `p${i}: { type: internal }`).join(', ');
  const yaml = `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { ${ports} } } }`;
  const { ovs, daemon } = await keep(t, yaml, async ({ ovs }) => {
    // An interface of that name, in a port of another: no second one can be.
    await ovs.vsctl('add-br', 'theirs', '--', 'set', 'Bridge', 'theirs', `datapath_type=${datapath}`);
    const faces = ['p4', 'm2'].flatMap((name) => ['--', 'set', 'Interface', name, 'type=internal']);
    await ovs.vsctl('add-bond', 'theirs', 'bond9', 'p4', 'm2', ...faces);
  });

  const good = Array.from({ length: 9 }, (_, i) => `ovsbr0:p${i}`).filter((id) => id !== 'ovsbr0:p4');
  await inSync(daemon, 'ovsbr0', ...good);
  const { state, reason } = await objectOf(daemon, 'ovsbr0:p4');
  assert.equal(state, 'refused');
  assert.match(reason ?? '', /^p4 is an interface of bond9 on theirs: /);
  assert.equal(await ovs.vsctl('iface-to-br', 'p4'), 'theirs');
});

test('a link that a bridge of the kernel’s takes is told of, and when it is back', {
  skip: skip || (datapath === 'system' ? 'the kernel does not let it go' : false),
}, async (t) => {
  const { ns, daemon } = await keepInSync(t, one, ({ ns }) => ns.ipBatch(['link add kbr type bridge']));

  await ns.ipBatch(['link set tap2 master kbr']);
  const { message } = await hears(daemon, 'ovsbr0:tap2', 'refused');
  assert.match(String(message), /tap2 is a member of kbr, .*`ip link set tap2 nomaster` would free it$/);
  await ns.ipBatch(['link set tap2 nomaster']);
  assert.match(String((await hears(daemon, 'ovsbr0:tap2', 'restored')).message), /works again$/);
  await inSync(daemon);
});

test('who takes an address off an internal port is told', { skip }, async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p0: { type: internal, addresses: [192.0.2.17/28] } } } }`,
  );
  await ns.ip('address', 'del', '192.0.2.17/28', 'dev', 'p0');
  const { by } = await hears(daemon, 'ovsbr0:p0', 'drift');
  // Its command line may be gone by then, as it is.
  assert.ok(Number((by as { readonly pid: number } | null)?.pid) > 0);
});

test('what is left as somebody changed it is drift, whatever Open vSwitch says of that', {
  skip,
}, async (t) => {
  const { ovs, daemon } = await keepInSync(
    t,
    `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { t0: { type: vxlan, options: { remote_ip: 198.51.100.3 }, on_drift: alert } } } }`,
  );
  await ovs.vsctl('clear', 'Interface', 't0', 'options');
  await hears(daemon, 'ovsbr0:t0', 'drift');
  const isSaid = async () => (await ovs.get('Interface', 't0', 'error')) !== '[]';
  await until(isSaid, { within, what: 'Open vSwitch dislikes it' });
  const { state, reason } = await objectOf(daemon, 'ovsbr0:t0');
  assert.equal(state, 'drifted');
  assert.match(reason ?? '', /^options\.remote_ip lacks 198\.51\.100\.3; left as it is/);
  await daemon.vnetctl('restore', 'ovsbr0:t0');
  await inSync(daemon);
});

test('a type that somebody changed is put back, which is disruptive', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);

  await ovs.vsctl('set', 'Interface', 'p0', 'type=patch', 'options:peer=p9');

  const restored = await hears(daemon, 'ovsbr0:p0', 'restored');
  assert.equal(await ovs.get('Interface', 'p0', 'type'), 'internal');
  assert.equal(restored.disruptive, true);
});

test('the MTU of an internal port is held against that of the others, and against ip(8)', {
  skip,
}, async (t) => {
  const yaml = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    mtu: 2000
    ports: { tap2: {}, p0: { type: internal, mtu: 3000 } }
  tap2: { kind: veth, peer: tap3, mtu: 1400 }
`;
  const { ns, ovs, daemon } = await keepInSync(t, yaml);

  assert.equal((await ns.link('p0')).mtu, 3000);
  assert.equal((await ns.link('ovsbr0')).mtu, 2000);
  assert.equal(await ovs.get('Interface', 'ovsbr0', 'mtu_request'), '2000');
  await ns.ipBatch(['link set p0 mtu 1300']);
  await until(async () => (await ns.link('p0')).mtu === 3000, { within });
  await ovs.vsctl('clear', 'Interface', 'p0', 'mtu_request');
  await until(async () => (await ovs.get('Interface', 'p0', 'mtu_request')) === '3000', { within });
  await inSync(daemon);
  assert.equal((await ns.link('p0')).mtu, 3000);
});

test('a bond has its members, each when it is there, and gets them back', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    ports:
      bond0: { bond: { members: [c0, c1, c2], bond_mode: active-backup, bond_updelay: 50 }, tag: 4 }
  c0: { kind: veth, peer: d0 }
  c1: { kind: veth, peer: d1 }
`;
  const { ns, ovs, daemon } = await keep(t, yaml);
  await until(async () => (await objectOf(daemon, 'ovsbr0:bond0')).reason === 'waiting for c2', { within });
  assert.ok(Number(await ovs.get('Interface', 'c0', 'ofport')) > 0);
  assert.equal(await ovs.get('Port', 'bond0', 'bond_mode'), 'active-backup');

  await ns.ipBatch(['link add c2 type veth peer name d2']);
  await inSync(daemon);
  const members = async () => {
    const faces = await ovs.vsctl('list-ifaces', 'ovsbr0');
    return faces.split('\n').filter((name) => name.startsWith('c'));
  };
  assert.deepEqual(await members(), ['c0', 'c1', 'c2']);

  await ovs.vsctl('del-bond-iface', 'bond0', 'c1', '--', 'set', 'Port', 'bond0', 'bond_updelay=70');
  const { changes } = await hears(daemon, 'ovsbr0:bond0', 'restored');
  assert.deepEqual((changes as readonly { readonly key: string }[]).map(({ key }) => key).sort(), [
    'bond.bond_updelay',
    'bond.members',
  ]);
  assert.deepEqual(await members(), ['c0', 'c1', 'c2']);
  await inSync(daemon);
});

test('a field the database refuses keeps no other out', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    ports: { bond0: { bond: { members: [c0, c1] }, tag: 4 } }
  c0: { kind: veth, peer: d0 }
  c1: { kind: veth, peer: d1 }
`;
  const { ovs, daemon } = await keepInSync(t, yaml);

  // A link is one interface: the bond cannot have it back while somebody else has it.
  const theirs = ['--', 'add-port', 'ovsbr0', 'c1', '--', 'set', 'Port', 'bond0', 'tag=9'];
  await ovs.vsctl('del-bond-iface', 'bond0', 'c1', ...theirs);

  await until(async () => (await ovs.get('Port', 'bond0', 'tag')) === '4', {
    within,
    what: 'its tag is back',
  });
  await until(async () => (await objectOf(daemon, 'ovsbr0:bond0')).state === 'refused', { within });
  assert.match(
    (await objectOf(daemon, 'ovsbr0:bond0')).reason ?? '',
    /^bond\.members: c1 is an interface of c1 on ovsbr0: /,
  );

  await ovs.vsctl('del-port', 'ovsbr0', 'c1');
  await inSync(daemon);
});

/** Two bridges, and a bond on one of them, with links to be its members and those of another. */
const bonded = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    ports: { bond0: { bond: { members: [c0, c1, c2] } }, bond1: { bond: { members: [c3, c4] } } }
  ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath} }
  c0: { kind: veth, peer: d0 }
  c1: { kind: veth, peer: d1 }
  c2: { kind: veth, peer: d2 }
  c3: { kind: veth, peer: d3 }
  c4: { kind: veth, peer: d4 }
`;

test('a bond is made with the members that no other port has', { skip }, async (t) => {
  const theirs = ['c2', 'c3', 'c4'].flatMap((name) => ['--', 'add-port', 'theirs', name]);
  const { ovs, daemon } = await keep(t, bonded, ({ ovs }) => ovs.vsctl('add-br', 'theirs', ...theirs));

  await hears(daemon, 'ovsbr0:bond0', 'created');
  assert.equal(await ovs.vsctl('list-ifaces', 'ovsbr0'), 'c0\nc1');
  const some = await objectOf(daemon, 'ovsbr0:bond0');
  assert.equal(some.state, 'refused');
  assert.match(some.reason ?? '', /^bond\.members: c2 is an interface of c2 on theirs: [^;]*$/);
  await hears(daemon, 'ovsbr0:bond1', 'refused');
  const none = await objectOf(daemon, 'ovsbr0:bond1');
  assert.match(none.reason ?? '', /^c3 is an interface of c3 on theirs: .*; c4 is an interface of c4 /);

  await ovs.vsctl('del-br', 'theirs');
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-ifaces', 'ovsbr0'), 'c0\nc1\nc2\nc3\nc4');
  assert.equal(heard(daemon, 'ovsbr0:bond0', 'created'), 1);
});

test('a member that somebody took elsewhere keeps no other from coming back', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, bonded);
  const has = (names: readonly string[]) =>
    until(async () => (await ovs.vsctl('list-ifaces', 'ovsbr0')) === names.join('\n'), {
      within,
      what: `${names.join(' ')} are in`,
    });

  await ovs.vsctl('del-port', 'bond0', '--', 'add-port', 'ovsbr1', 'c1');
  const { message } = await hears(daemon, 'ovsbr0:bond0', 'refused');
  assert.match(String(message), /; bond\.members: c1 is an interface of c1 on ovsbr1: /);
  await has(['c0', 'c2', 'c3', 'c4']);

  // Of a bond that is there another one goes, and what is none of its members comes in.
  await ovs.vsctl('del-bond-iface', 'bond0', 'c0', '--', 'add-bond-iface', 'bond0', 'd0');
  await has(['c0', 'c2', 'c3', 'c4']);

  await ovs.vsctl('del-port', 'ovsbr1', 'c1');
  await inSync(daemon);
  await has(['c0', 'c1', 'c2', 'c3', 'c4']);
  assert.equal(heard(daemon, 'ovsbr0:bond0', 'created'), 1);
  assert.equal(heard(daemon, 'ovsbr0:bond0', 'refused'), 1);
});

test('a port whose key this Open vSwitch does not have is made without it', { skip }, async (t) => {
  const ports =
    'p0: { type: internal, tag: 5, cvlans: [7], external_ids: { iface-id: mine } }, p1: { type: internal }';
  const yaml = `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { ${ports} } } }`;
  const { ovs, daemon } = await keep(t, yaml, undefined, { portsWithout: ['cvlans'] });

  await inSync(daemon, 'ovsbr0:p1');
  await until(async () => (await objectOf(daemon, 'ovsbr0:p0')).state === 'refused', { within });
  assert.match((await objectOf(daemon, 'ovsbr0:p0')).reason ?? '', /^cvlans: .*cvlans/);
  assert.equal(await ovs.get('Port', 'p0', 'tag'), '5');
  assert.equal(await ovs.get('Interface', 'p0', 'external_ids:iface-id'), 'mine');
});

test('a device that is replaced by another of its name is taken in', { skip }, async (t) => {
  const yaml = `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { tap2: { tag: 3 } } } }`;
  const { ns, ovs, daemon } = await keepInSync(t, yaml, ({ ns }) =>
    ns.ipBatch(['link add tap2 type veth peer name tap3']),
  );
  await ovs.vsctl('set', 'Interface', 'tap2', 'external_ids:theirs=1');

  await ns.ipBatch(['link del tap2', 'link add tap2 type ifb']);

  // What is in a datapath: the kernel's own says so, ovs-vswitchd listens to all that passes by.
  const isTakenIn = async () => {
    const { master, flags } = await ns.link('tap2');
    return datapath === 'netdev' ? flags.includes('PROMISC') : master === 'ovs-system';
  };
  await until(isTakenIn, { within, what: 'it is in the datapath' });
  await inSync(daemon);
  assert.equal(await ovs.get('Interface', 'tap2', 'external_ids:theirs'), '1');
  assert.equal(await ovs.get('Port', 'tap2', 'tag'), '3');
  const told = keysOf(await historyOf(daemon, 'ovsbr0:tap2'));
  // The kernel's datapath takes the other one in by itself: if vnetd saw neither go, there is nothing to tell.
  assert.deepEqual(told, datapath === 'netdev' || told.length > 0 ? ['works'] : []);
});

test('tunnels of every type are made, and keep their options', { skip }, async (t) => {
  const types = ['gre', 'vxlan', 'geneve', 'erspan', 'ip6gre'];
  const options: Readonly<Record<string, string>> = {
    gre: 'remote_ip: 198.51.100.3, key: 5',
    vxlan: 'remote_ip: 198.51.100.3, key: flow, dst_port: 4790',
    geneve: 'remote_ip: 198.51.100.3, key: 7',
    erspan: 'remote_ip: 198.51.100.3, key: 8, erspan_ver: 1, erspan_idx: 3',
    ip6gre: 'remote_ip: "2001:db8::3"',
  };
  const ports = types.map((type) => `t-${type}: { type: ${type}, options: { ${options[type]} } }`).join(', ');
  const yaml = `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { ${ports} } } }`;
  const { ovs, daemon } = await keepInSync(t, yaml);

  for (const type of types) {
    const port = `t-${type}`;
    assert.ok(Number(await ovs.get('Interface', port, 'ofport')) > 0, port);
    await ovs.vsctl('set', 'Interface', port, 'options:remote_ip=203.0.113.9', 'options:csum=true');
    await hears(daemon, `ovsbr0:${port}`, 'restored');
    const found = await ovs.get('Interface', port, 'options');
    assert.match(found, /csum=true/, 'a key nobody declared');
    assert.ok(!found.includes('203.0.113.9'), found);
  }
  await inSync(daemon);
});
