// kernels: host uml-6.12
// memory: 512M
// timeout: 300
// What vnetd says of Open vSwitch as a whole: in the journal when it goes and comes, and when vnetctl doctor asks.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { type Daemon, startDaemon } from './support/daemon.ts';
import { hears, inSync, objectOf, within } from './support/keeping.ts';
import { datapath, keep, keepInSync } from './support/kept-switch.ts';
import { inNamespace } from './support/namespace.ts';
import { lacksOpenVSwitch, openVSwitch } from './support/ovs.ts';
import { until } from './support/until.ts';

const skip = lacksOpenVSwitch();

const one = `
daemon: { sweep: 1h }
links:
  ovsbr0:
    kind: ovs-bridge
    datapath_type: ${datapath}
    ports: { p0: { type: internal } }
`;

interface Ability {
  readonly id: string;
  readonly able: boolean | null;
  readonly words: string;
  readonly module: string | null;
  readonly package: string | null;
  readonly fields: readonly { readonly key: string; readonly able: boolean | null }[];
}

async function doctor(daemon: Daemon): Promise<ReadonlyMap<string, Ability>> {
  const { json } = await daemon.vnetctl('doctor');
  const { abilities } = json as { readonly abilities: readonly Ability[] };
  return new Map(abilities.map((ability) => [ability.id, ability]));
}

/** The lines of the journal with these words. */
function lines(daemon: Daemon, words: RegExp): readonly string[] {
  return daemon.journal.seen.map(({ fields }) => String(fields.message)).filter((line) => words.test(line));
}

test('that the database is away is said once, and when it is back', { skip }, async (t) => {
  const { ovs, daemon } = await keepInSync(t, one);
  const health = async () => ((await daemon.vnetctl('status')).json as { readonly health: string }).health;

  for (const times of [1, 2]) {
    await ovs.stopServer();
    const away = /^the database of Open vSwitch is away from unix:\/.*: what is declared in it is not kept/;
    await until(() => lines(daemon, away).length === times, { within, what: 'its loss is said' });
    assert.equal(await health(), 'degraded');
    assert.equal((await doctor(daemon)).get('ovsbr0')?.able, false);

    await ovs.startServer();
    const back = /^the database of Open vSwitch is followed again$/;
    await until(() => lines(daemon, back).length === times, { within, what: 'its return is said' });
    await inSync(daemon);
    assert.equal(await health(), 'ok');
    assert.equal(lines(daemon, away).length, times);
  }

  await ovs.stopSwitch('SIGKILL');
  await until(() => lines(daemon, /^ovs-vswitchd does not run: /).length === 1, { within });
  assert.match((await doctor(daemon)).get('ovsbr0:p0')?.words ?? '', /^ovs-vswitchd does not run: /);
  await ovs.startSwitch();
  await until(() => lines(daemon, /^ovs-vswitchd runs again$/).length === 1, { within });
});

test('the doctor says what there is of Open vSwitch, and what it lacks', { skip }, async (t) => {
  const ns = await inNamespace(t);
  const ovs = await openVSwitch(t, ns.enter, { started: false });
  const files = { '10-ovs.yaml': one };
  const daemon = await startDaemon(t, { files, enter: ns.enter, args: ['--ovsdb', ovs.address] });

  const before = (await doctor(daemon)).get('ovsbr0');
  assert.match(
    before?.words ?? '',
    /^no database of Open vSwitch listens at \/.*: Open vSwitch is installed/,
  );
  assert.equal(before?.able, false);
  assert.equal(before?.package, null, 'it is installed');

  await ovs.startServer('bare');
  await until(async () => /ovs-vsctl init/.test((await doctor(daemon)).get('ovsbr0')?.words ?? ''), {
    within,
  });

  await ovs.init();
  await ovs.startSwitch();
  await inSync(daemon, 'ovsbr0', 'ovsbr0:p0');
  const after = await doctor(daemon);
  assert.deepEqual(
    ['ovsbr0', 'ovsbr0:p0'].map((id) => after.get(id)?.able),
    [true, true],
  );
  assert.equal(after.get('ovsbr0')?.words, 'Open vSwitch has all that is declared');
  assert.equal(after.get('ovsbr0:p0')?.fields.find(({ key }) => key === 'type')?.able, true);
});

test('where the kernel has no datapath the doctor says so, and that there is another', {
  skip: skip || (datapath === 'system' || existsSync('/sys/module/openvswitch') ? 'it has one' : false),
}, async (t) => {
  const yaml = 'links: { ovsbr0: { kind: ovs-bridge, ports: { p0: { type: internal } } } }\n';
  const { daemon } = await keep(t, yaml);
  await until(async () => (await objectOf(daemon, 'ovsbr0')).state === 'refused', { within });
  for (const id of ['ovsbr0', 'ovsbr0:p0']) {
    const ability = (await doctor(daemon)).get(id);
    assert.deepEqual([ability?.able, ability?.module], [false, 'openvswitch']);
    assert.match(
      ability?.words ?? '',
      /^the kernel’s datapath cannot be had: .*; `datapath_type: netdev` does/,
    );
  }

  daemon.write('10-ovs.yaml', yaml.replace('kind:', 'datapath_type: netdev, kind:'));
  await inSync(daemon);
  const ability = (await doctor(daemon)).get('ovsbr0');
  assert.deepEqual([ability?.able, ability?.module], [true, null]);
});

test('what vnetd does itself when a bridge gets another name is told as an edit', { skip }, async (t) => {
  const yaml = (name: string) => `
links:
  ${name}:
    kind: ovs-bridge
    datapath_type: ${datapath}
    qos: { fast: { type: linux-htb, other_config: { max-rate: 50000000 } } }
    ports:
      tap2: { tag: 2, qos: fast }
      p0: { type: internal, addresses: [192.0.2.17/28], state: up }
      gre0p: { type: gre, options: { remote_ip: 192.0.2.99 } }
  tap2: { kind: veth, peer: tap3 }
`;
  const { ovs, daemon } = await keepInSync(t, yaml('ovsbr0'));
  const from = daemon.journal.seen.length;
  daemon.write('10-ovs.yaml', yaml('ovsbr9'));
  for (const port of ['p0', 'tap2', 'gre0p']) await hears(daemon, `ovsbr9:${port}`, 'applied', from);
  await inSync(daemon);
  assert.equal(await ovs.vsctl('list-ports', 'ovsbr9'), 'gre0p\np0\ntap2');
  // Whatever does not work for so long would be told.
  const since = Date.now();
  await until(() => Date.now() - since > 1200, { within, what: 'more than a moment' });
  const told = daemon.journal.seen.slice(from).map(({ fields }) => `${fields.id} ${fields.event}`);
  assert.deepEqual(
    told.filter((one) => / (drift|refused|restored)$/.test(one)),
    [],
  );
});
