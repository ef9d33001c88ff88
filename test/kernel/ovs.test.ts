// kernels: host uml-6.12
// memory: 512M
// timeout: 600
// Bridges and ports of a real Open vSwitch: switched by ovs-vswitchd itself on the host, and by the lab’s own kernel.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDaemon } from './support/daemon.ts';
import { hears, historyOf, inSync, keysOf, objectOf, objectsOf, within } from './support/keeping.ts';
import { addressesOf, datapath, keep, keepInSync, one } from './support/kept-switch.ts';
import { lacksOpenVSwitch } from './support/ovs.ts';
import { until } from './support/until.ts';

const skip = lacksOpenVSwitch();

test('a bridge and its ports are made as declared', { skip }, async (t) => {
  t.diagnostic('kind: ovs-bridge');
  t.diagnostic('kind: ovs-port');
  const { ns, ovs, daemon } = await keepInSync(t, one);

  assert.equal(await ovs.vsctl('list-br'), 'ovsbr0\novsbr1');
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'p0\np1\ntap2');
  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'fail_mode'), 'secure');
  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'other_config:mac-aging-time'), '60');
  assert.equal(await ovs.get('Port', 'p0', 'tag'), '5');
  assert.equal(await ovs.get('Interface', 'p1', 'options:peer'), 'p2');
  assert.ok(Number(await ovs.get('Interface', 'tap2', 'ofport')) > 0);
  const p0 = await ns.link('p0');
  assert.equal(p0.mtu, 1400);
  assert.ok(p0.flags.includes('UP'));
  assert.ok((await ns.link('ovsbr0')).flags.includes('UP'));
  const states = new Map((await objectsOf(daemon)).map(({ id, state }) => [id, state]));
  assert.deepEqual([...states.keys()].sort(), [
    ...['ovsbr0', 'ovsbr0:p0', 'ovsbr0:p1', 'ovsbr0:tap2', 'ovsbr1', 'ovsbr1:p2', 'tap2'],
  ]);
});

test('whatever is deleted or changed with ovs-vsctl is put back', { skip }, async (t) => {
  const { ns, ovs, daemon } = await keepInSync(t, one);

  await ovs.vsctl('del-port', 'p0');
  await hears(daemon, 'ovsbr0:p0', 'restored');
  await until(async () => (await addressesOf(ns, 'p0')).includes('192.0.2.129/25'), {
    within,
    what: 'its address',
  });
  assert.equal(await ovs.get('Port', 'p0', 'tag'), '5');
  assert.equal((await ns.link('p0')).mtu, 1400);
  const events = await historyOf(daemon, 'ovsbr0:p0');
  assert.deepEqual(keysOf(events), ['exists']);
  const drift = events.find(({ event }) => event === 'drift');
  assert.match(
    String((drift?.by as { readonly command: string } | undefined)?.command),
    /^ovs-vsctl .* del-port p0$/,
  );

  await ovs.vsctl('set', 'Port', 'tap2', 'tag=9');
  assert.deepEqual((await hears(daemon, 'ovsbr0:tap2', 'restored')).changes, [
    { key: 'tag', wanted: 2, found: 9 },
  ]);
  assert.equal(await ovs.get('Port', 'tap2', 'tag'), '2');

  await ovs.vsctl('clear', 'Bridge', 'ovsbr0', 'other_config', '--', 'set-fail-mode', 'ovsbr0', 'standalone');
  assert.deepEqual((await hears(daemon, 'ovsbr0', 'restored')).changes, [
    { key: 'fail_mode', wanted: 'secure', found: 'standalone' },
    { key: 'other_config.mac-aging-time', wanted: '60', found: null },
  ]);
  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'other_config:mac-aging-time'), '60');
});

test('a deleted bridge comes back with all its ports in one transaction', { skip }, async (t) => {
  const { ns, ovs, daemon } = await keepInSync(t, one);
  const before = await ovs.changes();

  await ovs.vsctl('del-br', 'ovsbr0');

  for (const id of ['ovsbr0', 'ovsbr0:tap2', 'ovsbr0:p0', 'ovsbr0:p1']) await hears(daemon, id, 'restored');
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'p0\np1\ntap2');
  assert.equal(await ovs.changes(), before + 2, 'that of ovs-vsctl, and one of vnetd');
  assert.ok((await addressesOf(ns, 'ovsbr0')).includes('192.0.2.1/24'));
  assert.equal((await objectOf(daemon, 'ovsbr0')).drifts, 1);
});

test('rows, keys and columns that nobody declared are left alone', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);

  await ovs.vsctl('set', 'Bridge', 'ovsbr0', 'other_config:hwaddr=02:00:00:00:00:05', 'stp_enable=true');
  await ovs.vsctl('set', 'Bridge', 'ovsbr0', 'other_config:mac-aging-time=9');
  await ovs.vsctl('add-port', 'ovsbr0', 'theirs', '--', 'set', 'Interface', 'theirs', 'type=internal');
  await ovs.vsctl('add-br', 'ovsbr9', '--', 'set', 'Bridge', 'ovsbr9', `datapath_type=${datapath}`);
  await ovs.vsctl('set', 'Port', 'tap2', 'external_ids:theirs=1', 'tag=3');
  await hears(daemon, 'ovsbr0:tap2', 'restored');
  await hears(daemon, 'ovsbr0', 'restored');

  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'other_config:mac-aging-time'), '60');
  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'other_config:hwaddr'), '02:00:00:00:00:05');
  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'stp_enable'), 'true');
  assert.equal(await ovs.get('Port', 'tap2', 'external_ids:theirs'), '1');
  assert.equal(await ovs.vsctl('port-to-br', 'theirs'), 'ovsbr0');
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr0\novsbr1\novsbr9');
});

test('starting again changes nothing in the database', { skip }, async (t) => {
  const { ns, ovs, daemon } = await keepInSync(t, one);
  const log = () => ovs.log();
  const before = await log();
  await daemon.stop();

  const again = await startDaemon(t, { enter: ns.enter, args: ['--ovsdb', ovs.address] }, daemon.folders);
  await inSync(again);

  assert.equal(await log(), before);
  assert.deepEqual(
    (await historyOf(again, 'ovsbr0')).map(({ event }) => event),
    ['created'],
  );
});

test('what is declared no more goes if vnetd made it, and stays as it was found', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p0: { type: internal }, p1: { type: internal, tag: 7 } } }
  ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p2: { type: internal } } }
`;
  const { ns, ovs, daemon } = await keepInSync(t, yaml, async ({ ovs }) => {
    await ovs.vsctl('add-br', 'ovsbr0', '--', 'set', 'Bridge', 'ovsbr0', `datapath_type=${datapath}`);
    await ovs.vsctl('add-port', 'ovsbr0', 'p0', '--', 'set', 'Interface', 'p0', 'type=internal');
  });
  assert.deepEqual(
    (await historyOf(daemon, 'ovsbr0')).map(({ event }) => event),
    ['adopted'],
  );

  daemon.remove('10-ovs.yaml');
  await inSync(daemon);

  await hears(daemon, 'ovsbr0:p1', 'removed');
  await hears(daemon, 'ovsbr1', 'removed');
  await hears(daemon, 'ovsbr0', 'released');
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr0');
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'p0');
  await until(async () => (await ns.ipJson('link')).every(({ ifname }) => ifname !== 'p2'), { within });
});

test('ports that nobody declared go from a bridge whose ports are complete', { skip }, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, exclusive: [ports], ports: { p0: { type: internal } } }
`;
  const { ovs, daemon } = await keepInSync(t, yaml);

  await ovs.vsctl('add-port', 'ovsbr0', 'theirs', '--', 'set', 'Interface', 'theirs', 'type=internal');

  const { by } = await hears(daemon, 'ovsbr0', 'drift');
  assert.match((by as { readonly command: string }).command, /add-port ovsbr0 theirs/);
  await hears(daemon, 'ovsbr0', 'restored');
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'p0');
  await inSync(daemon);
});

test('a port found on another bridge is taken to its own', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);

  await ovs.vsctl(
    '--',
    'del-port',
    'p0',
    '--',
    'add-port',
    'ovsbr1',
    'p0',
    '--',
    'set',
    'Interface',
    'p0',
    'type=internal',
  );

  await hears(daemon, 'ovsbr0:p0', 'restored');
  assert.equal(await ovs.vsctl('port-to-br', 'p0'), 'ovsbr0');
  await inSync(daemon);
});

test('a drift is only told where the declaration says so, until somebody asks for more', {
  skip,
}, async (t) => {
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p0: { type: internal, tag: 5, on_drift: alert } } }
`;
  const { ovs, daemon } = await keepInSync(t, yaml);

  await ovs.vsctl('set', 'Port', 'p0', 'tag=9');
  await hears(daemon, 'ovsbr0:p0', 'drift');
  await until(async () => (await objectOf(daemon, 'ovsbr0:p0')).state === 'drifted', { within });
  assert.equal(await ovs.get('Port', 'p0', 'tag'), '9');

  assert.equal((await daemon.vnetctl('restore', 'ovsbr0:p0')).code, 0);
  assert.equal(await ovs.get('Port', 'p0', 'tag'), '5');
});

test('who keeps changing a key back is contested, and the others of the port are kept', {
  skip,
}, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);

  for (let i = 0; i < 5; i++) {
    const from = daemon.journal.seen.length;
    await ovs.vsctl('set', 'Port', 'tap2', 'tag=9');
    await hears(daemon, 'ovsbr0:tap2', 'restored', from);
  }
  await ovs.vsctl('set', 'Port', 'tap2', 'tag=9');
  await hears(daemon, 'ovsbr0:tap2', 'contested');
});

test('a thousand ports are made in a few transactions', { skip }, async (t) => {
  const half = 500;
  const side = (own: string, other: string) =>
    Array.from({ length: half }, (_, i) => `${own}${i}: { type: patch, peer: ${other}${i} }`).join(', ');
  const yaml = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { ${side('q', 'r')} } }
  ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { ${side('r', 'q')} } }
`;
  const { ovs, daemon } = await keep(t, yaml);
  assert.equal((await daemon.vnetctl('wait', '--timeout', '120s')).code, 0);

  assert.equal((await ovs.vsctl('list-ports', 'ovsbr0')).split('\n').length, half);
  assert.equal(await ovs.changes(), 1);
  assert.equal((await objectsOf(daemon)).length, 2 * half + 2);
});
