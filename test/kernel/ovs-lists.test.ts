// kernels: host uml-6.12
// memory: 512M
// timeout: 600
// QoS by name and mirrors of a real Open vSwitch: what its database has of them, and where the packets go.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { output, run } from './support/command.ts';
import { startDaemon } from './support/daemon.ts';
import { hears, historyOf, inSync, keysOf, objectOf, within } from './support/keeping.ts';
import { datapath, keep, keepInSync } from './support/kept-switch.ts';
import { inNamespace, type Namespace } from './support/namespace.ts';
import { lacksOpenVSwitch, type OpenVSwitch } from './support/ovs.ts';
import { until } from './support/until.ts';

const skip = lacksOpenVSwitch();

const one = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    qos:
      gold:
        type: linux-htb
        other_config: { max-rate: 1000000000 }
        queues: { 0: { other_config: { min-rate: 1000, max-rate: 500000000 } }, 1: { dscp: 10 }, 2: {} }
    mirrors:
      span: { select_src_port: [p1, p2], select_vlan: 0-3, output_port: p9 }
      all: { select_all: true, output_vlan: 9, snaplen: 64 }
    ports:
      p1: { type: internal, qos: gold }
      p2: { type: internal }
      p9: { type: internal }
`;

const mark = 'external_ids:vnetd';

/** The rows of a table that vnetd marked, by their marks, as ovs-vsctl(8) finds them. */
async function marked(ovs: OpenVSwitch, table: string): Promise<ReadonlyMap<string, string>> {
  const rows = await ovs.vsctl('--bare', '--columns=_uuid', 'list', table);
  const uuids = rows.split(/\s+/).filter((uuid) => uuid !== '');
  const found = new Map<string, string>();
  for (const uuid of uuids) {
    const text = await ovs.vsctl('--if-exists', 'get', table, uuid, mark).catch(() => '');
    if (text !== '') found.set(text.replaceAll('"', ''), uuid);
  }
  return found;
}

async function qosOf(ovs: OpenVSwitch, port: string): Promise<string> {
  return ovs.get('Port', port, 'qos');
}

/** The names of the ports behind a column of references. */
async function portsIn(ovs: OpenVSwitch, mirror: string, column: string): Promise<readonly string[]> {
  const uuids = (await ovs.get('Mirror', mirror, column)).replace(/[[\] ]/g, '').split(',');
  const names = uuids.filter((uuid) => uuid !== '').map((uuid) => ovs.get('Port', uuid, 'name'));
  return (await Promise.all(names)).sort();
}

/** How many bytes came in by a link. */
async function bytesIn(ns: Namespace, name: string): Promise<number> {
  const [link] = await ns.ipJson('-s', 'link', 'show', 'dev', name);
  const told = link?.stats64 as { readonly rx: { readonly bytes: number } } | undefined;
  return told?.rx.bytes ?? 0;
}

async function queue(ovs: OpenVSwitch, number: number): Promise<string> {
  const uuid = (await marked(ovs, 'Queue')).get(`ovsbr0/qos/gold/${number}`);
  assert.ok(uuid, `no queue ${number}`);
  assert.match(await ovs.get('QoS', await gold(ovs), 'queues'), new RegExp(`${number}=${uuid}`));
  return uuid;
}

async function gold(ovs: OpenVSwitch): Promise<string> {
  const uuid = (await marked(ovs, 'QoS')).get('ovsbr0/qos/gold');
  assert.ok(uuid, 'no QoS gold');
  return uuid;
}

test('a QoS, its queues and mirrors are made in the transaction of their bridge', { skip }, async (t) => {
  const { ovs } = await keepInSync(t, one);

  const uuid = await gold(ovs);
  assert.equal(await qosOf(ovs, 'p1'), uuid);
  assert.equal(await qosOf(ovs, 'p2'), '[]');
  assert.equal(await ovs.get('QoS', uuid, 'type'), 'linux-htb');
  assert.equal(await ovs.get('QoS', uuid, 'other_config'), '{max-rate=1000000000}');
  assert.equal(
    await ovs.get('Queue', await queue(ovs, 0), 'other_config'),
    '{max-rate=500000000, min-rate=1000}',
  );
  assert.equal(await ovs.get('Queue', await queue(ovs, 1), 'dscp'), '10');
  assert.equal(await ovs.get('Queue', await queue(ovs, 2), 'dscp'), '[]');
  assert.deepEqual(await portsIn(ovs, 'span', 'select_src_port'), ['p1', 'p2']);
  assert.deepEqual(await portsIn(ovs, 'span', 'output_port'), ['p9']);
  assert.equal(await ovs.get('Mirror', 'span', 'select_vlan'), '[0, 1, 2, 3]');
  assert.equal(await ovs.get('Mirror', 'all', 'select_all'), 'true');
  assert.equal(await ovs.get('Mirror', 'all', 'output_vlan'), '9');
  assert.equal(await ovs.get('Mirror', 'all', 'snaplen'), '64');
  assert.equal(await ovs.changes(), 1, 'one of vnetd');
});

test('what anybody changes of a mirror is put back', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);
  const cases: readonly (readonly [change: readonly string[], found: string])[] = [
    [['set', 'Mirror', 'span', 'select_vlan=2'], 'span select_vlan [2]'],
    [['clear', 'Mirror', 'span', 'select_src_port'], 'span select_src_port []'],
    [['clear', 'Mirror', 'span', 'output_port'], 'span output_port none'],
    [['set', 'Mirror', 'span', 'select_all=true'], 'span select_all'],
    [['set', 'Mirror', 'span', 'snaplen=20'], 'span snaplen 20'],
  ];
  for (const [change, found] of cases) {
    const from = daemon.journal.seen.length;
    await ovs.vsctl(...change);
    const [told] = (await hears(daemon, 'ovsbr0', 'restored', from)).changes as readonly unknown[];
    const wanted = 'span select_src_port [p1, p2] select_vlan [0, 1, 2, 3] output_port p9';
    assert.deepEqual(told, { key: 'mirrors', wanted, found });
    assert.deepEqual(await portsIn(ovs, 'span', 'select_src_port'), ['p1', 'p2']);
    assert.deepEqual(await portsIn(ovs, 'span', 'output_port'), ['p9']);
    assert.equal(await ovs.get('Mirror', 'span', 'select_vlan'), '[0, 1, 2, 3]');
    assert.equal(await ovs.get('Mirror', 'span', 'select_all'), 'false');
    assert.equal(await ovs.get('Mirror', 'span', 'snaplen'), '[]');
  }
});

test('mirrors that were cleared come back in one transaction, and those of others stay away', {
  skip,
}, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);
  const before = await ovs.changes();

  await ovs.vsctl('clear', 'Bridge', 'ovsbr0', 'mirrors');

  const { changes } = await hears(daemon, 'ovsbr0', 'restored');
  assert.deepEqual(
    (changes as readonly { readonly found: unknown }[]).map(({ found }) => found),
    [null, null],
  );
  assert.equal(await ovs.changes(), before + 2, 'that of ovs-vsctl, and one of vnetd');
  const drift = (await historyOf(daemon, 'ovsbr0')).find(({ event }) => event === 'drift');
  assert.match(JSON.stringify(drift?.by), /clear Bridge ovsbr0 mirrors/);

  const theirs = ['--id=@m', 'create', 'Mirror', 'name=theirs', 'select_all=true'];
  await ovs.vsctl('--', ...theirs, '--', 'add', 'Bridge', 'ovsbr0', 'mirrors', '@m');
  await ovs.vsctl('set', 'Mirror', 'all', 'output_vlan=7', 'external_ids:theirs=1');
  await until(async () => (await ovs.get('Mirror', 'all', 'output_vlan')) === '9', { within, what: '9' });
  assert.equal(await ovs.get('Mirror', 'theirs', 'select_all'), 'true');
  assert.equal(await ovs.get('Mirror', 'all', 'external_ids:theirs'), '1');

  daemon.write('10-ovs.yaml', one.replace('    mirrors:', '    exclusive: [mirrors]\n    mirrors:'));
  await inSync(daemon);
  const names = await ovs.vsctl('--bare', '--columns=name', 'list', 'Mirror');
  assert.deepEqual(names.split(/\s+/).sort(), ['all', 'span'], 'unless they are to be the only ones');
});

test('what anybody changes of a QoS or its queues is put back', { skip }, async (t) => {
  // One attribute changed so often is a fight, else.
  const { ovs, daemon } = await keepInSync(t, `${one}\ndaemon: { contested: { after: 0 } }\n`);
  const uuid = await gold(ovs);
  const [first, second] = [await queue(ovs, 0), await queue(ovs, 1)];
  const cases: readonly (readonly [change: readonly string[], found: string | null])[] = [
    [['set', 'QoS', uuid, 'type=linux-hfsc'], 'gold type linux-hfsc'],
    [['set', 'QoS', uuid, 'other_config:max-rate=5'], 'gold other_config.max-rate 5'],
    [
      ['clear', 'Queue', first, 'other_config'],
      'gold queues.0.other_config.min-rate none queues.0.other_config.max-rate none',
    ],
    [['set', 'Queue', second, 'dscp=11'], 'gold queues.1.dscp 11'],
    [['remove', 'QoS', uuid, 'queues', '2'], 'gold queues.2 none'],
    [
      ['clear', 'QoS', uuid, 'queues', '--', '--all', 'destroy', 'Queue'],
      'gold queues.0.other_config.min-rate none queues.0.other_config.max-rate none queues.1.dscp none queues.2 none',
    ],
  ];
  for (const [change, found] of cases) {
    const from = daemon.journal.seen.length;
    await ovs.vsctl(...change);
    const [told] = (await hears(daemon, 'ovsbr0', 'restored', from)).changes as readonly { found: unknown }[];
    assert.equal(told?.found, found);
    assert.equal(await ovs.get('QoS', uuid, 'type'), 'linux-htb');
    assert.equal(await ovs.get('QoS', uuid, 'other_config:max-rate'), '1000000000');
    assert.equal(await ovs.get('Queue', await queue(ovs, 0), 'other_config:min-rate'), '1000');
    assert.equal(await ovs.get('Queue', await queue(ovs, 1), 'dscp'), '10');
    await queue(ovs, 2);
  }
  assert.equal((await marked(ovs, 'Queue')).size, 3);
  assert.equal(await qosOf(ovs, 'p1'), uuid);
});

test('a port gets its QoS back, and a destroyed one comes back with it in one transaction', {
  skip,
}, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);
  const uuid = await gold(ovs);

  await ovs.vsctl('clear', 'Port', 'p1', 'qos');
  assert.deepEqual((await hears(daemon, 'ovsbr0:p1', 'restored')).changes, [
    { key: 'qos', wanted: 'gold', found: 'none' },
  ]);
  assert.equal(await qosOf(ovs, 'p1'), uuid);

  await ovs.vsctl('--', '--id=@q', 'create', 'QoS', 'type=linux-sfq', '--', 'set', 'Port', 'p1', 'qos=@q');
  await until(async () => (await qosOf(ovs, 'p1')) === uuid, { within, what: 'gold again' });
  assert.equal(
    (await ovs.vsctl('--bare', '--columns=type', 'list', 'QoS')).split(/\s+/).sort().join(),
    'linux-htb,linux-sfq',
  );

  const before = await ovs.changes();
  const from = daemon.journal.seen.length;
  await ovs.vsctl(
    'clear',
    'Port',
    'p1',
    'qos',
    '--',
    '--all',
    'destroy',
    'QoS',
    '--',
    '--all',
    'destroy',
    'Queue',
  );
  await hears(daemon, 'ovsbr0', 'restored', from);
  await hears(daemon, 'ovsbr0:p1', 'restored', from);
  assert.equal(await qosOf(ovs, 'p1'), await gold(ovs));
  assert.equal(await ovs.get('Queue', await queue(ovs, 1), 'dscp'), '10');
  assert.equal(await ovs.changes(), before + 2, 'that of ovs-vsctl, and one of vnetd');
  const events = await historyOf(daemon, 'ovsbr0');
  assert.deepEqual(keysOf(events), ['qos']);
  assert.match(JSON.stringify(events.find(({ event }) => event === 'drift')?.by), /destroy QoS/);
});

test('a deleted bridge comes back with its mirrors and QoS in one transaction', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);
  const before = await ovs.changes();

  await ovs.vsctl('del-br', 'ovsbr0');

  for (const id of ['ovsbr0', 'ovsbr0:p1', 'ovsbr0:p9']) await hears(daemon, id, 'restored');
  await inSync(daemon);
  assert.equal(await qosOf(ovs, 'p1'), await gold(ovs));
  assert.deepEqual(await portsIn(ovs, 'span', 'select_src_port'), ['p1', 'p2']);
  assert.equal(await ovs.get('Mirror', 'all', 'output_vlan'), '9');
  assert.equal(await ovs.changes(), before + 2, 'that of ovs-vsctl, and one of vnetd');
  assert.equal((await marked(ovs, 'QoS')).size, 1);
});

test('a mirror waits for its ports, and has them again when they come back', { skip }, async (t) => {
  const yaml = `
daemon: { sweep: 1h }
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    mirrors: { span: { select_src_port: [theirs], output_port: p9 } }
    ports: { p9: { type: internal } }
`;
  const { ovs, daemon } = await keep(t, yaml);
  const waits = async () => (await objectOf(daemon, 'ovsbr0')).reason === 'waiting for theirs';
  await until(waits, { within, what: 'the mirror waits' });
  assert.equal(await ovs.vsctl('list', 'Mirror'), '', 'nothing of it is there');

  const port = ['add-port', 'ovsbr0', 'theirs', '--', 'set', 'Interface', 'theirs', 'type=internal'];
  await ovs.vsctl(...port);
  await inSync(daemon);
  assert.deepEqual(await portsIn(ovs, 'span', 'select_src_port'), ['theirs']);

  await ovs.vsctl('del-port', 'theirs');
  await until(waits, { within, what: 'it waits again' });
  assert.deepEqual(await portsIn(ovs, 'span', 'select_src_port'), []);
  await ovs.vsctl(...port);
  await inSync(daemon);
  assert.deepEqual(await portsIn(ovs, 'span', 'select_src_port'), ['theirs']);
  assert.equal((await objectOf(daemon, 'ovsbr0')).drifts, 0, 'what follows from a port is no drift');

  await ovs.vsctl('del-port', 'p9');
  await hears(daemon, 'ovsbr0:p9', 'restored');
  await inSync(daemon);
  assert.deepEqual(await portsIn(ovs, 'span', 'output_port'), ['p9']);
});

test('what is not declared any more is taken away, and what others made stays', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);
  await ovs.vsctl('--', 'create', 'QoS', 'type=linux-sfq', '--', 'create', 'Queue', 'dscp=3');
  const write = async (yaml: string) => {
    daemon.write('10-ovs.yaml', yaml);
    await inSync(daemon);
  };

  await write(one.replace(', 1: { dscp: 10 }, 2: {}', '').replace(/ {6}all: .*\n/, ''));
  assert.match(await ovs.get('QoS', await gold(ovs), 'queues'), /^\{0=[^,]*\}$/);
  assert.deepEqual([...(await marked(ovs, 'Queue')).keys()], ['ovsbr0/qos/gold/0']);
  assert.equal(await ovs.vsctl('--bare', '--columns=name', 'list', 'Mirror'), 'span');

  await write(one.replace('[p1, p2], select_vlan: 0-3, output_port: p9', '[p1], output_vlan: 5'));
  assert.deepEqual(await portsIn(ovs, 'span', 'output_port'), []);
  assert.equal(await ovs.get('Mirror', 'span', 'output_vlan'), '5');
  assert.equal(await ovs.get('Mirror', 'span', 'select_vlan'), '[]');

  const bare = one.replace(/ {4}qos:[\s\S]* {4}ports:/, '    ports:').replace(', qos: gold', '');
  await write(bare);
  assert.equal((await marked(ovs, 'QoS')).size + (await marked(ovs, 'Queue')).size, 0);
  assert.equal(await qosOf(ovs, 'p1'), '[]');
  assert.equal(await ovs.vsctl('list', 'Mirror'), '');

  await write(one);
  await write('links: {}');
  await hears(daemon, 'ovsbr0', 'removed');
  await until(async () => (await ovs.vsctl('list-br')) === '', { within, what: 'no bridge' });
  assert.equal(await ovs.vsctl('--bare', '--columns=type', 'list', 'QoS'), 'linux-sfq');
  assert.equal(await ovs.vsctl('--bare', '--columns=dscp', 'list', 'Queue'), '3');
});

test('of a bridge that was adopted only what vnetd put in is taken away', { skip }, async (t) => {
  const yaml = one.replace(/ {6}all: .*\n/, '');
  const { ovs, daemon } = await keepInSync(t, yaml, async ({ ovs }) => {
    const bridge = ['--', 'set', 'Bridge', 'ovsbr0', `datapath_type=${datapath}`, 'mirrors=@m'];
    const mirror = ['--', '--id=@m', 'create', 'Mirror', 'name=span', 'select_all=true', 'output_vlan=3'];
    await ovs.vsctl('add-br', 'ovsbr0', ...bridge, ...mirror);
  });
  assert.deepEqual(await portsIn(ovs, 'span', 'output_port'), ['p9']);
  assert.equal(await ovs.get('Mirror', 'span', 'select_all'), 'false');
  assert.equal(await ovs.get('Mirror', 'span', 'output_vlan'), '[]');

  await ovs.vsctl('set', 'Mirror', 'span', 'snaplen=99');
  const drift = await hears(daemon, 'ovsbr0', 'drift');
  assert.match(JSON.stringify(drift.by), /set Mirror span snaplen=99/);
  await hears(daemon, 'ovsbr0', 'restored');
  await inSync(daemon);

  daemon.write('10-ovs.yaml', 'links: {}');
  await until(async () => (await ovs.vsctl('list', 'QoS')) === '', { within, what: 'no QoS' });
  assert.equal(await ovs.vsctl('list-br'), 'ovsbr0');
  assert.equal(await ovs.vsctl('--bare', '--columns=name', 'list', 'Mirror'), 'span');
  const events = (await historyOf(daemon, 'ovsbr0')).map(({ event }) => event);
  assert.ok(!events.includes('removed'), events.join());
});

test('starting again sends nothing, and takes away what was left by its mark', { skip }, async (t) => {
  const { ns, ovs, daemon } = await keepInSync(t, one);
  const before = await ovs.log();
  await daemon.stop();
  const again = await startDaemon(t, { enter: ns.enter, args: ['--ovsdb', ovs.address] }, daemon.folders);
  await inSync(again);
  assert.equal(await ovs.log(), before);
  await again.stop();

  // As after a reboot: nothing is remembered but by the database itself.
  const reboot = () => rmSync(join(daemon.folders.runtime, 'ledger'));
  reboot();
  const files = { '10-ovs.yaml': one.replace(/ {6}all: .*\n/, '') };
  const options = { enter: ns.enter, args: ['--ovsdb', ovs.address] };
  const anew = await startDaemon(t, { ...options, files }, daemon.folders);
  await inSync(anew);
  await until(async () => (await ovs.vsctl('--bare', '--columns=name', 'list', 'Mirror')) === 'span', {
    within,
    what: 'one mirror',
  });
  await anew.stop();
  reboot();

  const other = `links: { ovsbr1: { kind: ovs-bridge, datapath_type: ${datapath} } }`;
  const none = await startDaemon(t, { ...options, files: { '10-ovs.yaml': other } }, daemon.folders);
  await inSync(none);
  await until(async () => (await ovs.vsctl('list-br')) === 'ovsbr1', { within, what: 'the other bridge' });
  assert.equal(await ovs.vsctl('list', 'QoS'), '');
  assert.equal(await ovs.vsctl('list', 'Queue'), '');
});

test('the packets a mirror selects arrive where it sends them', { skip }, async (t) => {
  // Before that ovs-vswitchd knows of no processors, and takes up no packets (count_cpu_cores in lib/ovs-thread.c).
  await until(() => uptime() > 10, { within, what: 'a kernel that is up for 10 s' });
  const [left, right] = [await inNamespace(t), await inNamespace(t)];
  const yaml = `
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    mirrors: { span: { select_src_port: t1, output_port: p9 } }
    ports: { t1: {}, t2: {}, p9: { type: internal } }
`;
  const { ns, ovs, daemon } = await keepInSync(t, yaml, async ({ ns }) => {
    for (const [near, far, other, address] of [
      ['t1', 'e1', left, '192.0.2.1/24'],
      ['t2', 'e2', right, '192.0.2.2/24'],
    ] as const) {
      await ns.ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', other.name);
      await ns.ip('link', 'set', near, 'up');
      await other.ip('address', 'add', address, 'dev', far);
      await other.ip('link', 'set', far, 'up');
    }
  });
  // Without its Ethernet header, which the kernel’s datapath does not count (internal_dev_recv in net/openvswitch).
  const size = 1028;
  /** How much of a ping and its answers comes out at p9. */
  const mirrored = async () => {
    const before = await bytesIn(ns, 'p9');
    await output([...left.enter, 'ping', '-q', '-i', '0.2', '-c', '5', '-s', '1000', '192.0.2.2']);
    return (await bytesIn(ns, 'p9')) - before;
  };

  const answered = async () =>
    (await run([...left.enter, 'ping', '-q', '-c', '1', '-W', '1', '192.0.2.2'])).code === 0;
  await until(answered, { within, what: 'the one is reached by the other' });
  const requests = await mirrored();
  assert.ok(requests >= 5 * size && requests < 8 * size, `requests, and no answers: ${requests}`);

  await ovs.vsctl('clear', 'Bridge', 'ovsbr0', 'mirrors');
  await hears(daemon, 'ovsbr0', 'restored');
  // Flows that are in the datapath go on as they are until ovs-vswitchd has looked at them again.
  await until(async () => (await mirrored()) >= 5 * size, { within, what: 'requests again' });
});
