// kernels: uml-6.12 uml-6.1
// timeout: 300
// What is said of what was done: an edit, an adoption, what an operator asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDaemon } from './support/daemon.ts';
import {
  heard,
  hears,
  historyOf,
  inSync,
  keep,
  keepInSync,
  keysOf,
  objectOf,
  within,
} from './support/keeping.ts';
import { until } from './support/until.ts';

const eventsOf = async (daemon: Parameters<typeof historyOf>[0], id: string) =>
  (await historyOf(daemon, id)).map(({ event }) => event);

test('restore brings back all of a link, layer by layer', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  br0: { kind: bridge, vlan_filtering: true }
  x0:
    kind: ifb
    mtu: 1400
    master: br0
    bridge_port: { cost: 7 }
    vlans: [{ vid: 20 }]
    addresses: [10.30.0.1/24, 10.30.1.1/24]
    on_drift: alert`,
  );
  await ns.ip('link', 'del', 'x0');
  await until(async () => (await objectOf(daemon, 'x0')).state === 'drifted', { within });
  const { code } = await daemon.vnetctl('restore', 'x0');
  assert.equal(code, 0);
  await inSync(daemon);
  const back = await ns.link('x0');
  assert.deepEqual([back.mtu, back.master], [1400, 'br0']);
  assert.deepEqual(await eventsOf(daemon, 'x0'), ['created', 'drift', 'restored']);
  const [, drift, restored] = await historyOf(daemon, 'x0');
  assert.deepEqual([keysOf([drift ?? {}]), keysOf([restored ?? {}])], [['exists'], ['exists']]);
  assert.equal((await objectOf(daemon, 'x0')).drifts, 1);
});

test('restore that the kernel refuses ends', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    'links: { low0: { kind: ifb, mtu: 2000 }, v0: { kind: vlan, link: low0, id: 5, mtu: 1800, on_drift: alert } }',
  );
  await ns.ipBatch(['link set v0 mtu 1400']);
  await until(async () => (await objectOf(daemon, 'v0')).state === 'drifted', { within });
  daemon.write(
    '10-links.yaml',
    'links: { low0: { kind: ifb, mtu: 1500 }, v0: { kind: vlan, link: low0, id: 5, mtu: 1800, on_drift: alert } }',
  );
  await until(async () => (await ns.link('low0')).mtu === 1500, { within });
  await daemon.vnetctl('restore', 'v0');
  await until(async () => (await objectOf(daemon, 'v0')).state === 'refused', { within });
  assert.equal(heard(daemon, 'v0', 'refused'), 1);

  // It hangs on the lower link: once that changes, it is tried again.
  daemon.write(
    '10-links.yaml',
    'daemon: { sweep: 1s }\nlinks: { low0: { kind: ifb, mtu: 1500 }, v0: { kind: vlan, link: low0, id: 5, mtu: 1800 } }',
  );
  await until(async () => (await objectOf(daemon, 'v0')).state === 'refused', { within });
  daemon.write(
    '10-links.yaml',
    'daemon: { sweep: 1s }\nlinks: { low0: { kind: ifb, mtu: 2000 }, v0: { kind: vlan, link: low0, id: 5, mtu: 1800 } }',
  );
  await inSync(daemon);
  assert.equal((await ns.link('v0')).mtu, 1800);
});

test('a link that dies under alert is told to be gone, and nothing else', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { x0: { kind: ifb, on_drift: alert } }');
  await ns.ip('link', 'del', 'x0');
  await until(async () => (await objectOf(daemon, 'x0')).reason?.startsWith('it is gone') === true, {
    within,
  });
  const events = await historyOf(daemon, 'x0');
  assert.deepEqual([events.map(({ event }) => event), keysOf(events)], [['created', 'drift'], ['exists']]);
});

test('what an edit and an adoption changed is in the history', async (t) => {
  const { ns, daemon } = await keep(
    t,
    `links:
  bond0: { kind: bond, mode: active-backup, members: [m0] }
  m0: { kind: device }
  x0: { kind: ifb, mtu: 1400 }`,
    (ns) => ns.ipBatch(['link add m0 type dummy', 'link set m0 up', 'link add x0 type ifb']),
  );
  await inSync(daemon);
  assert.equal((await ns.link('m0')).master, 'bond0');
  // The card is adopted before there is a bond to join; the file is the last to have asked for it.
  const told = async (id: string) => {
    const events = (await historyOf(daemon, id)).filter(({ changes }) => changes !== undefined);
    return [keysOf(events), events[0]?.disruptive];
  };
  assert.deepEqual(await told('m0'), [['master'], true]);
  assert.deepEqual(await told('x0'), [['mtu', 'state'], false]);

  daemon.write(
    '10-links.yaml',
    `links:
  bond0: { kind: bond, mode: balance-rr, members: [m0] }
  m0: { kind: device }
  x0: { kind: ifb, mtu: 1300 }`,
  );
  await hears(daemon, 'bond0', 'applied');
  await hears(daemon, 'x0', 'applied');
  await inSync(daemon);
  const applied = async (id: string) =>
    (await historyOf(daemon, id)).filter(({ event }) => event === 'applied');
  const [[bond], [ifb]] = [await applied('bond0'), await applied('x0')];
  assert.deepEqual([keysOf([bond ?? {}]), bond?.disruptive], [['mode'], true]);
  assert.deepEqual([ifb?.changes, ifb?.disruptive], [[{ key: 'mtu', wanted: 1300, found: 1400 }], false]);
  for (const id of ['bond0', 'm0', 'x0']) assert.equal(heard(daemon, id, 'drift'), 0);
});

test('the times of a bridge in a tree are its root’s, and no drift', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  br0: { kind: bridge, stp_state: true, forward_delay: 400, hello_time: 200, max_age: 2000, ageing_time: 30000, priority: 40000 }
  v0: { kind: veth, peer: v1, master: br0 }
  v1: { kind: veth, peer: v0, state: up }`,
  );
  await ns.ipBatch([
    'link add root0 type bridge stp_state 1 forward_delay 300 hello_time 100 max_age 900 priority 0',
    'link set root0 up',
    'link set v1 master root0',
  ]);
  const tree = async () => (await ns.link('br0')).linkinfo?.info_data as Record<string, number>;
  await until(async () => (await tree()).root_port !== 0, { within, what: 'br0 has a root' });
  assert.equal((await tree()).forward_delay, 300);
  // The root goes on saying so; a change is told while the tree changes.
  await until(async () => (await tree()).topology_change === 1, { within, what: 'the tree changes' });
  assert.equal((await tree()).ageing_time, 600);
  await inSync(daemon);
  await ns.ip('link', 'set', 'br0', 'type', 'bridge', 'mcast_snooping', '0');
  await inSync(daemon);
  assert.deepEqual(
    ['drift', 'refused', 'contested', 'applied'].map((event) => heard(daemon, 'br0', event)),
    [0, 0, 0, 0],
  );
  await ns.ip('link', 'del', 'root0');
  await until(async () => (await tree()).forward_delay === 400, { within, what: 'br0 is a root again' });
  await inSync(daemon);
});

test('a list that is made complete is an edit; what comes to it later is drift', async (t) => {
  const yaml = (exclusive: string) => `links:
  br0: { kind: bridge, ports: [p0]${exclusive} }
  x0: { kind: ifb, addresses: [10.40.0.1/24]${exclusive} }`;
  const { ns, daemon } = await keepInSync(t, yaml(''), (one) =>
    one.ipBatch(['link add p0 type ifb', 'link add q0 type ifb']),
  );
  await ns.ipBatch(['link set q0 master br0', 'address add 10.40.0.9/24 dev x0']);
  daemon.write('10-links.yaml', yaml(', exclusive: true'));
  await hears(daemon, 'br0', 'applied');
  await hears(daemon, 'x0', 'applied');
  await inSync(daemon);
  assert.equal((await ns.link('q0')).master, undefined);
  assert.deepEqual(
    ['br0', 'x0'].map((id) => heard(daemon, id, 'drift')),
    [0, 0],
  );

  await ns.ip('link', 'set', 'q0', 'master', 'br0');
  await hears(daemon, 'br0', 'restored');
  assert.equal(heard(daemon, 'br0', 'drift'), 1);

  // Let go of, with what was taken off it said.
  daemon.write('10-links.yaml', 'links: { br0: { kind: bridge } }');
  const released = await hears(daemon, 'p0', 'released');
  assert.deepEqual(released.changes, [{ key: 'master', wanted: null, found: 'br0' }]);
  assert.equal((await ns.link('p0')).master, undefined);
});

test('a pair that is not vnetd’s and has another end is refused', async (t) => {
  const { daemon } = await keep(t, 'links: { v0: { kind: veth, peer: v1 } }', (ns) =>
    ns.ip('link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v9'),
  );
  await until(async () => (await objectOf(daemon, 'v0')).state === 'refused', { within });
  assert.match((await objectOf(daemon, 'v0')).reason ?? '', /has peer v9, not v1.*`ip link del v0`/);
});

test('a device that goes is told once, and adopted when it comes back', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { x0: { mtu: 1400 } }', (one) =>
    one.ip('link', 'add', 'x0', 'type', 'ifb'),
  );
  await ns.ip('link', 'del', 'x0');
  const drift = await hears(daemon, 'x0', 'drift');
  assert.deepEqual(drift.changes, [{ key: 'exists', wanted: true, found: false }]);
  assert.equal((await objectOf(daemon, 'x0')).state, 'waiting');
  await daemon.stop();
  const successor = await startDaemon(t, { enter: ns.enter }, daemon.folders);
  assert.equal((await objectOf(successor, 'x0')).state, 'waiting');
  await ns.ip('link', 'add', 'x0', 'type', 'ifb');
  await inSync(successor);
  assert.equal((await ns.link('x0')).mtu, 1400);
  assert.deepEqual(await eventsOf(successor, 'x0'), ['adopted', 'drift', 'adopted']);
});

test('a found link that goes under `alert` is left gone, at the next look as well', async (t) => {
  const yaml = 'daemon: { on_drift: alert }\nlinks: { x0: { kind: ifb } }';
  const { ns, daemon } = await keepInSync(t, yaml, (ns) => ns.ip('link', 'add', 'x0', 'up', 'type', 'ifb'));
  await ns.ip('link', 'del', 'x0');
  await hears(daemon, 'x0', 'drift');
  const { json } = await daemon.vnetctl('plan');
  const { steps } = json as {
    readonly steps: readonly { readonly do: string; readonly withheld: string | null }[];
  };
  assert.deepEqual(
    steps.map(({ do: verb, withheld }) => [verb, withheld]),
    [['create', 'left as it is (on_drift: alert)']],
  );
});

test('what is busy is told with who has it, and taken up when that is gone', async (t) => {
  t.diagnostic('kind: ipvlan');
  const yaml = `daemon: { sweep: 1s }
links:
  low0: { kind: ifb }
  v0: { kind: ipvlan, link: low0 }
  br0: { kind: bridge, ports: [low1] }
  low1: { kind: ifb }
  low2: { kind: ifb }
  v2: { kind: macvlan, link: low2 }`;
  const { ns, daemon } = await keep(t, yaml, (ns) =>
    ns.ipBatch([
      ...['low0', 'low1', 'low2'].map((name) => `link add ${name} type ifb`),
      'link add hand0 link low0 type macvlan',
      'link add hand1 link low1 type macvtap',
      'link add stranger type bridge',
      'link set low2 master stranger',
    ]),
  );
  const reasons: Readonly<Record<string, string>> = {
    v0: 'Device or resource busy (EBUSY): hand0, a macvlan, is on low0',
    low1: 'master: Device or resource busy (EBUSY): hand1, a macvtap, is on low1',
    v2: 'Device or resource busy (EBUSY): low2 is a member of stranger, a bridge',
  };
  for (const [id, reason] of Object.entries(reasons)) {
    await until(async () => (await objectOf(daemon, id)).state === 'refused', { within, what: id });
    assert.equal((await objectOf(daemon, id)).reason, reason);
  }
  await ns.ipBatch(['link del hand0', 'link del hand1', 'link set low2 nomaster']);
  await inSync(daemon);
});

test('the plan of a link to be made names what it waits for, and what is put on it afterwards', async (t) => {
  const { daemon } = await keep(
    t,
    'links: { mv0: { kind: macvlan, mode: bridge, link: nope, addresses: [192.0.2.1/24], altnames: [far] } }',
  );
  const [step] = (
    (await daemon.vnetctl('plan')).json as {
      readonly steps: readonly {
        readonly fields: unknown;
        readonly withheld: string;
        readonly then: unknown;
      }[];
    }
  ).steps;
  assert.deepEqual(step?.fields, { mode: 'bridge', state: 'up', link: 'nope' });
  assert.deepEqual(
    [step?.withheld, step?.then],
    ['waiting for nope', { addresses: ['192.0.2.1/24'], altnames: ['far'] }],
  );
});
