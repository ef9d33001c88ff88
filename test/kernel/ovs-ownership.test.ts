// kernels: host uml-6.12
// memory: 512M
// timeout: 600
// What vnetd made in Open vSwitch and what others did: only its own goes, and nothing of others is touched.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Daemon, startDaemon } from './support/daemon.ts';
import { heard, hears, inSync, objectOf, unheard, within } from './support/keeping.ts';
import { datapath, type Kept, keepInSync } from './support/kept-switch.ts';
import { lacksOpenVSwitch, type OpenVSwitch } from './support/ovs.ts';
import { until } from './support/until.ts';

const skip = lacksOpenVSwitch();

const one = `
links:
  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p0: { type: internal }, p1: { type: internal, tag: 7 } } }
`;

/** Words of ovs-vsctl(8) that add an internal port, or a bridge, of somebody else's. */
function theirPort(bridge: string, name: string): readonly string[] {
  return ['--', 'add-port', bridge, name, '--', 'set', 'Interface', name, 'type=internal'];
}

function theirBridge(name: string): readonly string[] {
  const row = [`datapath_type=${datapath}`, 'external_ids:mine=yes'];
  return ['--', 'add-br', name, '--', 'set', 'Bridge', name, ...row];
}

async function originOf(daemon: Daemon, id: string): Promise<unknown> {
  return ((await daemon.vnetctl('show', id)).json as { readonly origin: unknown }).origin;
}

function startAgain(t: Parameters<typeof startDaemon>[0], { ns, ovs, daemon }: Kept): Promise<Daemon> {
  return startDaemon(t, { enter: ns.enter, args: ['--ovsdb', ovs.address] }, daemon.folders);
}

/** The uuid of a row, by which it is known whether it is still the same. */
function rowOf(ovs: OpenVSwitch, table: string, name: string): Promise<string> {
  return ovs.get(table, name, '_uuid');
}

test('what others made under the names of what vnetd made, while it was stopped, stays', {
  skip,
}, async (t) => {
  const kept = await keepInSync(t, one);
  const { ovs, daemon } = kept;
  await daemon.stop();
  await ovs.vsctl('del-br', 'ovsbr0', ...theirBridge('ovsbr0'), ...theirPort('ovsbr0', 'p1'));
  writeFileSync(join(daemon.folders.config, '10-ovs.yaml'), '');

  const again = await startAgain(t, kept);
  await inSync(again);

  assert.match(
    String((await hears(again, 'ovsbr0', 'released')).message),
    /left as it is: it is not vnetd’s$/,
  );
  await hears(again, 'ovsbr0:p1', 'released');
  assert.match(String((await hears(again, 'ovsbr0:p0', 'removed')).message), /it is gone already$/);
  again.write('20-more.yaml', `links: { ovsbr5: { kind: ovs-bridge, datapath_type: ${datapath} } }`);
  await inSync(again);
  await hears(again, 'ovsbr5', 'created');
  assert.equal(heard(again, 'ovsbr0:p0', 'removed') + heard(again, 'ovsbr0', 'released'), 2, 'told once');
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'p1');
  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'external_ids'), '{mine=yes}');
});

test('what others made in the place of what vnetd made is adopted, and stays when it is declared no more', {
  skip,
}, async (t) => {
  const kept = await keepInSync(t, one);
  const { ovs, daemon } = kept;
  assert.equal(await originOf(daemon, 'ovsbr0'), 'made');

  await unheard(daemon, () =>
    ovs.vsctl('del-br', 'ovsbr0', ...theirBridge('ovsbr0'), ...theirPort('ovsbr0', 'p1')),
  );

  await hears(daemon, 'ovsbr0', 'adopted');
  await hears(daemon, 'ovsbr0:p1', 'adopted');
  await inSync(daemon);
  assert.equal(await ovs.get('Port', 'p1', 'tag'), '7');
  const origins = [];
  for (const id of ['ovsbr0', 'ovsbr0:p0', 'ovsbr0:p1']) origins.push(await originOf(daemon, id));
  assert.deepEqual(origins, ['found', 'made', 'found']);

  daemon.remove('10-ovs.yaml');
  await hears(daemon, 'ovsbr0:p0', 'removed');
  await hears(daemon, 'ovsbr0', 'released');
  await hears(daemon, 'ovsbr0:p1', 'released');
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'p1');
});

test('a bridge that its owner made anew while its drift was left is his', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, `daemon: { on_drift: alert }\n${one}`);
  await ovs.vsctl('del-br', 'ovsbr0');
  await hears(daemon, 'ovsbr0', 'drift');

  await ovs.vsctl(...theirBridge('ovsbr0'));
  await hears(daemon, 'ovsbr0', 'adopted');
  daemon.remove('10-ovs.yaml');

  await hears(daemon, 'ovsbr0', 'released');
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr0');
});

test('a row that vnetd made is its own also when its mark was taken off', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);
  await ovs.vsctl('clear', 'Bridge', 'ovsbr0', 'external_ids', '--', 'clear', 'Port', 'p1', 'external_ids');

  daemon.remove('10-ovs.yaml');

  await hears(daemon, 'ovsbr0', 'removed');
  assert.equal(await ovs.vsctl('list-br'), '');
});

test('a bridge that vnetd made stays when others have ports in it', { skip }, async (t) => {
  const yaml = one.replace('ports:', 'addresses: [192.0.2.1/24], ports:');
  const kept = await keepInSync(t, yaml);
  const { ns, ovs, daemon } = kept;
  await ovs.vsctl(...theirPort('ovsbr0', 'st0'), ...theirPort('ovsbr0', 'st1'));
  await ovs.vsctl('set', 'Bridge', 'ovsbr0', 'external_ids:theirs=1');
  const rows = [await rowOf(ovs, 'Bridge', 'ovsbr0'), await rowOf(ovs, 'Port', 'st0')];

  daemon.remove('10-ovs.yaml');

  const { message } = await hears(daemon, 'ovsbr0', 'released');
  assert.match(String(message), /; left as it is: st0 and st1 in it are not vnetd’s$/);
  await hears(daemon, 'ovsbr0:p0', 'removed');
  await hears(daemon, 'ovsbr0:p1', 'removed');
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'st0\nst1');
  assert.deepEqual([await rowOf(ovs, 'Bridge', 'ovsbr0'), await rowOf(ovs, 'Port', 'st0')], rows);
  assert.equal(await ovs.get('Bridge', 'ovsbr0', 'external_ids'), '{theirs=1}');
  assert.equal(await ovs.get('Port', 'ovsbr0', 'external_ids'), '{}');
  assert.equal(await ovs.get('Interface', 'ovsbr0', 'external_ids'), '{}');
  const [link] = await ns.ipJson('-4', 'address', 'show', 'dev', 'ovsbr0');
  assert.deepEqual(link?.addr_info ?? [], [], 'what vnetd put on it is taken off');

  // It is nobody's business from now on, also to one that starts anew.
  await daemon.stop();
  const again = await startAgain(t, kept);
  await inSync(again);
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), 'st0\nst1');
  assert.equal(heard(again, 'ovsbr0', 'released') + heard(again, 'ovsbr0', 'removed'), 0);
});

test('what was taken out while vnetd was stopped is taken away, and told once', { skip }, async (t) => {
  const kept = await keepInSync(t, one);
  const { ovs, daemon } = kept;
  await daemon.stop();
  const yaml = `links: { ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath} } }`;
  writeFileSync(join(daemon.folders.config, '10-ovs.yaml'), yaml);

  const again = await startAgain(t, kept);
  await hears(again, 'ovsbr0', 'removed');
  await ovs.stopServer();
  await until(async () => (await objectOf(again, 'ovsbr1')).reason === 'waiting for Open vSwitch', {
    within,
  });
  await ovs.startServer();
  await inSync(again);

  const told = ['ovsbr0', 'ovsbr0:p0', 'ovsbr0:p1'].map((id) => heard(again, id, 'removed'));
  assert.deepEqual(told, [1, 1, 1]);
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr1');
});

test('a port that is declared on another bridge is moved there, and nothing of it is lost', {
  skip,
}, async (t) => {
  const kind = `kind: ovs-bridge, datapath_type: ${datapath}`;
  const p0 = 'p0: { type: internal, tag: 5, addresses: [192.0.2.129/25] }';
  const two = (first: string, second: string) =>
    `links: { ovsbr0: { ${kind}, ports: { ${first} } }, ovsbr1: { ${kind}, ports: { ${second} } } }`;
  const { ns, ovs, daemon } = await keepInSync(t, two('', p0));
  await ovs.vsctl('set', 'Port', 'p0', 'external_ids:theirs=1');
  const rows = async () => [await rowOf(ovs, 'Port', 'p0'), await rowOf(ovs, 'Interface', 'p0')];
  const before = { rows: await rows(), changes: await ovs.changes() };

  daemon.write('10-ovs.yaml', two(p0, ''));

  // Its link may be made anew, which is part of the move.
  const { changes } = await hears(daemon, 'ovsbr0:p0', 'applied');
  assert.deepEqual((changes as readonly unknown[])[0], { key: 'bridge', wanted: 'ovsbr0', found: 'ovsbr1' });
  await inSync(daemon);
  assert.deepEqual(
    { rows: await rows(), changes: await ovs.changes() },
    { ...before, changes: before.changes + 1 },
  );
  assert.equal(await ovs.get('Port', 'p0', 'external_ids:theirs'), '1');
  assert.equal(await ovs.get('Port', 'p0', 'external_ids:vnetd'), 'ovsbr0:p0');
  assert.match(String((await hears(daemon, 'ovsbr1:p0', 'removed')).message), /; it is ovsbr0:p0 now$/);
  assert.equal(await originOf(daemon, 'ovsbr0:p0'), 'made');

  // Its bridge under another name: the port is in the new one before the old one goes.
  daemon.write('10-ovs.yaml', two(p0, '').replace('ovsbr0', 'ovsbr2'));
  await hears(daemon, 'ovsbr0', 'removed');
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr1\novsbr2');
  assert.deepEqual(await rows(), before.rows);
  const [link] = await ns.ipJson('-4', 'address', 'show', 'dev', 'p0');
  assert.equal(((link?.addr_info ?? []) as readonly unknown[]).length, 1);

  daemon.remove('10-ovs.yaml');
  await hears(daemon, 'ovsbr2:p0', 'removed');
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-br'), '');
  assert.equal(daemon.journal.seen.filter(({ fields }) => fields.event === 'refused').length, 0);
});

test('while the database is away nothing is told to be adopted or made', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one, ({ ovs }) =>
    ovs.vsctl(...theirBridge('ovsbr1'), ...theirPort('ovsbr1', 'va')),
  );
  await ovs.stopServer();
  await until(async () => (await objectOf(daemon, 'ovsbr0')).reason === 'waiting for Open vSwitch', {
    within,
  });

  const more = `ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { va: { type: internal } } }`;
  daemon.write('20-more.yaml', `links: { ${more} }`);
  await daemon.vnetctl('wait', '--timeout', '1s');
  assert.equal((await objectOf(daemon, 'ovsbr1:va')).reason, 'waiting for Open vSwitch');
  assert.equal(heard(daemon, 'ovsbr1:va', 'adopted') + heard(daemon, 'ovsbr1', 'adopted'), 0);

  await ovs.startServer();
  await inSync(daemon);
  assert.equal(heard(daemon, 'ovsbr1:va', 'adopted'), 1);
  assert.equal(heard(daemon, 'ovsbr1:va', 'drift'), 0);
});

test('two that follow one database keep their hands off what the other one made', { skip }, async (t) => {
  const kept = await keepInSync(t, one);
  const { ns, ovs, daemon } = kept;
  // The mark alone does not say whose it is.
  await ovs.vsctl(...theirBridge('ovsbr8'), '--', 'set', 'Bridge', 'ovsbr8', 'external_ids:vnetd=ovsbr8');
  const theirs = `links: { ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath}, qos: { q: { type: linux-htb } }, ports: { p9: { type: internal } } } }`;
  const args = ['--ovsdb', ovs.address];
  const other = await startDaemon(t, { files: { '10-ovs.yaml': theirs }, enter: ns.enter, args });
  await inSync(other);
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr0\novsbr1\novsbr8');
  assert.equal(heard(daemon, 'ovsbr0', 'drift'), 0);

  daemon.remove('10-ovs.yaml');
  await hears(daemon, 'ovsbr0', 'removed');
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr1\novsbr8');

  // After a reboot only the marks tell, and they know their vnetd.
  for (const one of [daemon, other]) {
    await one.stop();
    rmSync(join(one.folders.runtime, 'ledger'));
  }
  const again = await startAgain(t, kept);
  await inSync(again);
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr1\novsbr8');
  writeFileSync(
    join(other.folders.config, '10-ovs.yaml'),
    `links: { ovsbr2: { kind: ovs-bridge, datapath_type: ${datapath} } }`,
  );
  const otherAgain = await startAgain(t, { ...kept, daemon: other });
  await hears(otherAgain, 'ovsbr1', 'removed');
  await inSync(otherAgain);
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr2\novsbr8');
  assert.equal(await ovs.vsctl('--columns=external_ids', 'find', 'QoS'), '');
});

test('a bridge of the kernel’s becomes one of Open vSwitch, and that one of the kernel’s', {
  skip,
}, async (t) => {
  const yaml = (kind: string) => `links: { br0: { ${kind}, addresses: [192.0.2.1/24] } }\n`;
  const [kernels, switched] = ['kind: bridge', `kind: ovs-bridge, datapath_type: ${datapath}`].map(yaml);
  const { ns, ovs, daemon } = await keepInSync(t, kernels ?? '');
  const kindOf = async () => (await ns.link('br0')).linkinfo?.info_kind;
  assert.equal(await kindOf(), 'bridge');

  for (const [to, isSwitched] of [
    [switched ?? '', true],
    [kernels ?? '', false],
  ] as const) {
    const from = daemon.journal.seen.length;
    daemon.write('10-ovs.yaml', to);
    await hears(daemon, 'br0', 'created', from);
    await inSync(daemon);
    assert.equal(await ovs.vsctl('list-br'), isSwitched ? 'br0' : '');
    assert.equal((await kindOf()) === 'bridge', !isSwitched);
    const addresses = await ns.ipJson('address', 'show', 'dev', 'br0');
    assert.match(JSON.stringify(addresses), /192\.0\.2\.1/);
  }
  daemon.write('10-ovs.yaml', 'links: {}\n');
  await until(async () => !(await ns.ipJson('link', 'show')).some(({ ifname }) => ifname === 'br0'), {
    within,
    what: 'br0 is gone',
  });
  assert.ok(!daemon.journal.seen.some(({ fields }) => fields.event === 'drift'), 'nothing drifted');
});

test('an internal port becomes a link of its name, and that one a port', { skip }, async (t) => {
  const yaml = (port: string, link: string) =>
    `links:\n  ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { p1: { type: internal }${port} } }\n${link}`;
  const [asPort, asLink] = [
    yaml(', p0: { type: internal }', ''),
    yaml('', '  p0: { kind: ifb, mtu: 1400 }\n'),
  ];
  const { ns, ovs, daemon } = await keepInSync(t, asPort);
  for (const [text, kind, id] of [
    [asLink, 'ifb', 'p0'],
    [asPort, datapath === 'netdev' ? 'tun' : 'openvswitch', 'ovsbr0:p0'],
  ] as const) {
    const from = daemon.journal.seen.length;
    daemon.write('10-ovs.yaml', text);
    await hears(daemon, id, 'created', from);
    await inSync(daemon);
    assert.equal((await ns.link('p0')).linkinfo?.info_kind, kind);
    assert.equal(await ovs.vsctl('list-ports', 'ovsbr0'), kind === 'ifb' ? 'p1' : 'p0\np1');
  }
  const wrong = daemon.journal.seen.filter(({ fields }) =>
    ['drift', 'refused'].includes(String(fields.event)),
  );
  assert.deepEqual(wrong, [], 'nothing drifted, and nothing was in the way');
});

test('a name that somebody’s bridge or port has is said to be freed by ovs-vsctl', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(
    t,
    `links: { ovsbr0: { kind: ovs-bridge, datapath_type: ${datapath} } }\n`,
  );
  await ovs.vsctl(...theirBridge('br9'), ...theirPort('br9', 'p9'));
  daemon.write('20-links.yaml', 'links: { br9: { kind: bridge }, p9: { kind: ifb } }\n');
  for (const [id, command] of [
    ['p9', 'ovs-vsctl del-port p9'],
    ['br9', 'ovs-vsctl del-br br9'],
  ] as const) {
    await hears(daemon, id, 'refused');
    assert.match(
      (await objectOf(daemon, id)).reason ?? '',
      new RegExp(`\`${command}\` would free the name$`),
    );
    await ovs.vsctl(...command.split(' ').slice(1));
    await hears(daemon, id, 'created');
  }
  await inSync(daemon);
});
