// kernels: host uml-6.12
// memory: 512M
// timeout: 300
// What another writer does to the database of Open vSwitch while vnetd writes to it, too.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startDaemon } from './support/daemon.ts';
import { hears, historyOf, inSync, keysOf } from './support/keeping.ts';
import { datapath, type Kept } from './support/kept-switch.ts';
import { type LateNotices, lateNotices } from './support/late-notices.ts';
import { inNamespace } from './support/namespace.ts';
import { lacksOpenVSwitch, openVSwitch } from './support/ovs.ts';

const skip = lacksOpenVSwitch();

interface Ports {
  readonly [bridge: string]: readonly string[];
}

const twoBridges: Ports = { ovsbr0: [], ovsbr1: [] };

function yamlOf(bridges: Ports): string {
  const lines = Object.entries(bridges).map(
    ([name, ports]) =>
      `${name}: { kind: ovs-bridge, datapath_type: ${datapath}, ports: { ${ports.join(', ')} } }`,
  );
  return `links:\n  ${lines.join('\n  ')}\n`;
}

type Late = Kept & { readonly late: LateNotices };

async function keepLate(t: TestContext, bridges: Ports, more = ''): Promise<Late> {
  const ns = await inNamespace(t);
  const ovs = await openVSwitch(t, ns.enter);
  const late = await lateNotices(t, ovs);
  const files = { '10-ovs.yaml': `${yamlOf(bridges)}${more}` };
  const daemon = await startDaemon(t, { files, enter: ns.enter, args: ['--ovsdb', late.address] });
  await inSync(daemon);
  return { ns, ovs, daemon, late };
}

async function eventsOf({ daemon }: Kept, id: string): Promise<readonly unknown[]> {
  return (await historyOf(daemon, id)).map(({ event }) => event);
}

test('what somebody else made first is adopted, and costs nothing else that was asked for with it', {
  skip,
}, async (t) => {
  const kept = await keepLate(t, twoBridges);
  const { ovs, daemon, late } = kept;

  await late.untilSent('"pa"', async () => {
    const theirs = ['type=patch', 'options:peer=pb'];
    await ovs.vsctl('add-port', 'ovsbr0', 'pa', '--', 'set', 'Interface', 'pa', ...theirs);
    const more = ['pa: { type: patch, peer: pb, tag: 7 }', 'pc: { type: internal, tag: 9 }'];
    daemon.write('10-ovs.yaml', yamlOf({ ovsbr0: more, ovsbr1: ['pb: { type: patch, peer: pa }'] }));
  });

  await inSync(daemon);
  assert.deepEqual(await eventsOf(kept, 'ovsbr0:pa'), ['adopted']);
  assert.deepEqual(await eventsOf(kept, 'ovsbr0:pc'), ['created']);
  assert.deepEqual(await eventsOf(kept, 'ovsbr1:pb'), ['created']);
  assert.equal(await ovs.get('Port', 'pa', 'tag'), '7');
  assert.equal(await ovs.get('Port', 'pa', 'external_ids'), '{}', 'the row is theirs');
  const { over, other_end } = (await daemon.vnetctl('show', 'ovsbr0:pa')).json as {
    readonly over: readonly string[];
    readonly other_end: string | null;
  };
  assert.deepEqual([over, other_end], [['ovsbr0'], 'ovsbr1:pb']);

  daemon.write('10-ovs.yaml', yamlOf(twoBridges));
  for (const id of ['ovsbr0:pc', 'ovsbr1:pb']) await hears(daemon, id, 'removed');
  assert.equal(await ovs.vsctl('port-to-br', 'pa'), 'ovsbr0');
});

test('what is changed while somebody puts another in its place is looked at again', { skip }, async (t) => {
  const pair = (tag: number) =>
    yamlOf({
      ovsbr0: [`pa: { type: patch, peer: pb, tag: ${tag} }`, 'p0: { type: internal, tag: 3 }'],
      ovsbr1: ['pb: { type: patch, peer: pa }'],
    });
  const kept = await keepLate(t, twoBridges);
  const { ovs, daemon, late } = kept;
  daemon.write('10-ovs.yaml', pair(7));
  await inSync(daemon);

  await late.untilSent('"tag":8', async () => {
    const again = ['--', 'add-port', 'ovsbr0', 'pa', 'tag=7', '--', 'set', 'Interface', 'pa'];
    await ovs.vsctl('del-port', 'pa', ...again, 'type=patch', 'options:peer=pb');
    daemon.write('10-ovs.yaml', pair(8));
  });

  await inSync(daemon);
  assert.equal(await ovs.get('Port', 'pa', 'tag'), '8');
  assert.ok(!(await eventsOf(kept, 'ovsbr0:pa')).includes('refused'));
});

test('a port that was put into a bridge that went comes with the bridge', { skip }, async (t) => {
  const kept = await keepLate(t, twoBridges);
  const { ovs, daemon, late } = kept;

  await late.untilSent('"pd"', async () => {
    await ovs.vsctl('del-br', 'ovsbr1');
    daemon.write('10-ovs.yaml', yamlOf({ ovsbr0: [], ovsbr1: ['pd: { type: internal, tag: 4 }'] }));
  });

  await hears(daemon, 'ovsbr1', 'restored');
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr1'), 'pd');
  assert.equal(await ovs.get('Port', 'pd', 'tag'), '4');
  assert.deepEqual(await eventsOf(kept, 'ovsbr1:pd'), ['created']);
});

for (const { what, along } of [
  {
    what: 'a bridge whose links leave before the database tells of it comes back in one transaction',
    // The port is looked at when a link has the name of its bridge: its own is to be let go, to be taken in again.
    along: ({ late, ovs, ns }: Late) =>
      late.untilSent('"type":"patch"', async () => {
        await ovs.vsctl('del-br', 'ovsbr0');
        await ns.ip('link', 'add', 'ovsbr0', 'type', 'veth', 'peer', 'name', 'other');
        await ns.ip('link', 'delete', 'ovsbr0');
      }),
  },
  {
    what: 'a bridge whose links leave when the database tells of it comes back in one transaction',
    along: async ({ daemon, ovs }: Late) => {
      daemon.signal('SIGSTOP');
      await ovs.vsctl('del-br', 'ovsbr0');
      daemon.signal('SIGCONT');
    },
  },
]) {
  test(what, { skip: skip || (datapath === 'netdev' && 'ovs-vswitchd tells of links late') }, async (t) => {
    const veth = '  tap2: { kind: veth, peer: tap3 }\n';
    const kept = await keepLate(t, { ovsbr0: ['tap2: {}', 'p0: { type: internal }'] }, veth);
    const { ovs, daemon } = kept;
    const before = await ovs.changes();

    await along(kept);

    for (const id of ['ovsbr0', 'ovsbr0:tap2', 'ovsbr0:p0']) await hears(daemon, id, 'restored');
    await inSync(daemon);
    assert.equal(await ovs.changes(), before + 2, 'that of ovs-vsctl, and one of vnetd');
    const events = await historyOf(daemon, 'ovsbr0:tap2');
    assert.deepEqual(keysOf(events), ['exists']);
    assert.deepEqual(
      events.map(({ event }) => event),
      ['created', 'drift', 'restored'],
    );
  });
}

test('nothing of somebody else’s race is an error in the journal', { skip }, async (t) => {
  const { ovs, daemon, late } = await keepLate(t, twoBridges);
  const before = daemon.journal.seen.length;
  await late.untilSent('"ovsbr2"', async () => {
    await ovs.vsctl(
      '--no-wait',
      'add-br',
      'ovsbr2',
      '--',
      'set',
      'Bridge',
      'ovsbr2',
      `datapath_type=${datapath}`,
    );
    daemon.write('10-ovs.yaml', yamlOf({ ...twoBridges, ovsbr2: ['pe: { type: internal }'] }));
  });
  await inSync(daemon);
  await hears(daemon, 'ovsbr2', 'adopted', before);
  const told = daemon.journal.seen.slice(before);
  assert.deepEqual(
    told.filter(({ priority = 7 }) => priority < 5).map(({ text }) => text),
    [],
  );
});
