// kernels: host uml-6.12 uml-6.1
// Which link an object stands for: the one vnetd made, whatever it is named and whoever has its name.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cannotTry } from './fields/lacking.ts';
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
  unheard,
  within,
} from './support/keeping.ts';
import { until } from './support/until.ts';

test('a link renamed while a stranger has its name is known, and neither is touched', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { x0: { kind: ifb, mtu: 1400 } }');
  const made = await ns.link('x0');
  await unheard(daemon, () =>
    ns.ipBatch(['link set x0 down', 'link set x0 name y0', 'link add x0 type ifb', 'link set x0 mtu 1300']),
  );
  await until(async () => (await objectOf(daemon, 'x0')).state === 'refused', { within });
  assert.match((await objectOf(daemon, 'x0')).reason ?? '', /is named y0; `ip link del x0` would free/);
  const [stranger, ours] = [await ns.link('x0'), await ns.link('y0')];
  assert.deepEqual([stranger.mtu, ours.ifindex], [1300, made.ifindex]);
  assert.notEqual(stranger.address, made.address);

  await ns.ip('link', 'del', 'x0');
  await inSync(daemon);
  const back = await ns.link('x0');
  assert.deepEqual([back.ifindex, back.address, back.mtu], [made.ifindex, made.address, 1400]);

  // What vnetd made is taken away under whatever name.
  await unheard(daemon, () =>
    ns.ipBatch(['link set x0 down', 'link set x0 name y0', 'link add x0 type ifb']),
  );
  await until(async () => (await objectOf(daemon, 'x0')).state === 'refused', { within });
  daemon.write('10-links.yaml', 'links: {}');
  await hears(daemon, 'x0', 'removed');
  const left = (await ns.ipJson('link')).map(({ ifname }) => ifname);
  assert.deepEqual([left.includes('x0'), left.includes('y0')], [true, false]);
});

test('two links that swapped their names get them back', async (t) => {
  const { ns, daemon } = await keepInSync(t, 'links: { a0: { kind: ifb }, b0: { kind: ifb, mtu: 1400 } }');
  const before = [await ns.link('a0'), await ns.link('b0')];
  await unheard(daemon, () =>
    ns.ipBatch([
      ...['link set a0 down', 'link set b0 down', 'link set a0 name t0'],
      ...['link set b0 name a0', 'link set t0 name b0', 'link set a0 up', 'link set b0 up'],
    ]),
  );
  await hears(daemon, 'a0', 'restored');
  await hears(daemon, 'b0', 'restored');
  await inSync(daemon);
  const after = [await ns.link('a0'), await ns.link('b0')];
  assert.deepEqual(
    after.map(({ ifindex, address, mtu }) => [ifindex, address, mtu]),
    before.map(({ ifindex, address, mtu }) => [ifindex, address, mtu]),
  );
  assert.ok(!(await ns.ipJson('link')).some(({ ifname }) => String(ifname).includes('~')));
});

test('another kind written for a link vnetd made makes it anew, which is no drift', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    'links: { br0: { kind: bridge }, x0: { kind: ifb, master: br0, mtu: 1400 } }',
  );
  daemon.write(
    '10-links.yaml',
    'links: { br0: { kind: bridge }, x0: { kind: vxlan, id: 7, dstport: 4789, master: br0, mtu: 1400 } }',
  );
  await hears(daemon, 'x0', 'applied');
  await inSync(daemon);
  const made = await ns.link('x0');
  assert.deepEqual([made.linkinfo?.info_kind, made.master, made.mtu], ['vxlan', 'br0', 1400]);
  assert.deepEqual([heard(daemon, 'x0', 'drift'), heard(daemon, 'x0', 'refused')], [0, 0]);
  const applied = (await historyOf(daemon, 'x0')).filter(({ event }) => event === 'applied');
  assert.deepEqual([keysOf(applied), applied[0]?.disruptive], [['kind'], true]);
});

test('a link of another kind that took the place of one of vnetd’s is left alone', async (t) => {
  for (const onDrift of ['restore', 'alert']) {
    const { ns, daemon } = await keepInSync(t, `links: { x0: { kind: ifb, on_drift: ${onDrift} } }`);
    await unheard(daemon, () =>
      ns.ipBatch([
        ...['link del x0', 'link add x0 type bridge', 'address add 10.67.0.1/24 dev x0'],
        ...['link add p0 type veth peer name p1', 'link set p0 master x0'],
      ]),
    );
    await until(async () => (await objectOf(daemon, 'x0')).state === 'refused', { within });
    const stranger = await ns.link('x0');
    // Nor does anything vnetd does later take it for its own.
    await ns.ip('link', 'set', 'x0', 'mtu', '1400');
    daemon.write('10-links.yaml', `links: { x0: { kind: ifb, mtu: 1450, on_drift: ${onDrift} } }`);
    assert.equal((await daemon.vnetctl('wait', '--timeout', '1s')).code, 1);
    assert.equal((await daemon.vnetctl('restore', 'x0')).code, 1);
    await daemon.stop('SIGKILL');
    const successor = await startDaemon(t, { enter: ns.enter }, daemon.folders);
    await until(async () => (await objectOf(successor, 'x0')).state === 'refused', { within });
    assert.match((await objectOf(successor, 'x0')).reason ?? '', /`ip link del x0` would free the name/);
    successor.write('10-links.yaml', 'links: {}');
    await inSync(successor);
    const left = await ns.link('x0');
    assert.deepEqual([left.ifindex, left.linkinfo?.info_kind], [stranger.ifindex, 'bridge']);
    assert.equal((await ns.link('p0')).master, 'x0');
    await successor.stop();
    await ns.ip('link', 'del', 'p0');
  }
});

test('an alternative name that is somebody else’s is refused, once', async (t) => {
  const { daemon } = await keep(t, 'links: { x0: { kind: ifb, altnames: [wan] } }', (ns) =>
    ns.ipBatch(['link add y0 type ifb', 'link property add dev y0 altname wan']),
  );
  await until(async () => (await objectOf(daemon, 'x0')).state === 'refused', { within });
  assert.match((await objectOf(daemon, 'x0')).reason ?? '', /altnames wan: .*\(EEXIST\)/);
  assert.equal(heard(daemon, 'x0', 'refused'), 1);
});

test('a VLAN made again on another card takes that card’s MAC, and one of its own is given back', {
  skip: cannotTry('vlan', 'dummy'),
}, async (t) => {
  const card = (mac: string) => `link add d0 address ${mac} type dummy`;
  const { ns, daemon } = await keepInSync(
    t,
    'links: { v2: { kind: vlan, link: d0, id: 2 }, v3: { kind: vlan, link: d0, id: 3 } }',
    (made) => made.ipBatch([card('02:00:00:00:00:01'), 'link set d0 up']),
  );
  await ns.ipBatch(['link set v3 address 02:00:00:00:00:33']);
  await inSync(daemon);
  await ns.ipBatch(['link del d0', card('02:00:00:00:00:02'), 'link set d0 up']);
  const macs = async () => [(await ns.link('v2')).address, (await ns.link('v3')).address];
  const wanted = ['02:00:00:00:00:02', '02:00:00:00:00:33'];
  await until(async () => JSON.stringify(await macs()) === JSON.stringify(wanted), {
    within,
    what: `their MACs are ${wanted}`,
  });
  await inSync(daemon);
  assert.deepEqual(await macs(), wanted);
});
