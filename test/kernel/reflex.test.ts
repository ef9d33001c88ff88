// kernels: uml-6.12 uml-6.1
// timeout: 300
// Repairs sent before JavaScript wakes up: seen on nlmon by their sequence numbers, which begin at 2³¹.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Arrivals } from './support/arrivals.ts';
import type { Daemon } from './support/daemon.ts';
import { heard, hears, historyOf, inSync, keepInSync, objectOf, unheard, within } from './support/keeping.ts';
import { monitor } from './support/monitor.ts';
import { inside, type Namespace, names } from './support/namespace.ts';
import { isRead, type NetlinkRequest, requests } from './support/requests.ts';
import { until } from './support/until.ts';

/** RTM_GETNEIGHTBL (linux/rtnetlink.h), which nobody else asks. */
const GETNEIGHTBL = 66;
const NEWADDR = 20;

const isReflex = ({ sequence }: NetlinkRequest) => sequence >= 2 ** 31;
/** vnetd counts its requests from 1, and reflexes apart; ip(8) begins at 0 and at the time of day. */
const isOurs = (one: NetlinkRequest) => (one.sequence > 0 && one.sequence < 1_000_000) || isReflex(one);

const yaml = `daemon: { contested: { after: 0 } }
links:
  br0: { kind: bridge, addresses: [10.7.0.1/24, '2001:db8::1/64'] }
  v0: { kind: veth, peer: v1, master: br0, mtu: 1400 }`;

const changes = {
  mtu: ['link set v0 mtu 1300', async (ns: Namespace) => (await ns.link('v0')).mtu === 1400],
  state: ['link set v0 down', async (ns: Namespace) => (await ns.link('v0')).flags.includes('UP')],
  master: ['link set v0 nomaster', async (ns: Namespace) => (await ns.link('v0')).master === 'br0'],
  addresses: ['address del 10.7.0.1/24 dev br0', async (ns: Namespace) => has(ns, '10.7.0.1')],
  'addresses ': ['address del 2001:db8::1/64 dev br0', async (ns: Namespace) => has(ns, '2001:db8::1')],
} as const;

async function has(ns: Namespace, address: string): Promise<boolean> {
  const [{ addr_info: found } = { addr_info: [] }] = await ns.ipJson('address', 'show', 'dev', 'br0');
  return (found as { local: string }[]).some(({ local }) => local === address);
}

/** Makes a drift until it is answered by a reflex, which links get when nothing has happened for a moment. */
async function answered(ns: Namespace, asked: Arrivals<NetlinkRequest>, change: keyof typeof changes) {
  const [line, isBack] = changes[change];
  return answeredLine(ns, asked, line, isBack);
}

async function answeredLine(
  ns: Namespace,
  asked: Arrivals<NetlinkRequest>,
  line: string,
  isBack: (ns: Namespace) => Promise<boolean>,
) {
  for (let tries = 0; tries < 20; tries++) {
    const from = asked.seen.length;
    await ns.ipBatch([line]);
    await until(() => isBack(ns), { within, what: `what \`${line}\` changed is back` });
    if (asked.seen.slice(from).some(isReflex)) return from;
  }
  assert.fail(`no reflex for ${line}`);
}

for (const change of Object.keys(changes) as (keyof typeof changes)[]) {
  test(`a drift of ${change.trim()} is answered by one request, before it is thought about`, async (t) => {
    const { ns, daemon } = await keepInSync(t, yaml);
    await answeredOnce(t, daemon, ns, change);
  });
}

for (const change of ['mtu', 'addresses'] as const)
  test(`a drift of ${change} in a namespace is answered by one request, before it is thought about`, async (t) => {
    const [room = ''] = names(t, 1);
    const [settings, links] = yaml.split('links:');
    const { daemon } = await keepInSync(
      t,
      `${settings}namespaces:\n ${room}:\n  links:${links?.replaceAll('\n', '\n  ')}`,
    );
    await answeredOnce(t, daemon, inside(room), change, `${room}/`);
  });

async function answeredOnce(
  t: TestContext,
  daemon: Daemon,
  ns: Namespace,
  change: keyof typeof changes,
  where = '',
) {
  const asked = await requests(t, ns);
  await answered(ns, asked, change);
  const id = `${where}${change.startsWith('addresses') ? 'br0' : 'v0'}`;
  const before = heard(daemon, id, 'restored');
  const from = await answered(ns, asked, change);

  // All the same it is told, once, as any other; and the planner did not ask for it a second time.
  await until(() => heard(daemon, id, 'restored') > before, { within, what: 'it is told' });
  await inSync(daemon);
  const [drift, restored] = (await historyOf(daemon, id)).slice(-2);
  assert.deepEqual([drift?.event, restored?.event], ['drift', 'restored']);
  assert.deepEqual(
    [drift, restored].map((one) => ((one?.changes ?? []) as { key: string }[]).map(({ key }) => key)),
    [[change.trim()], [change.trim()]],
  );
  assert.ok(Number(restored?.micros) > 0);
  const asks = asked.seen.slice(from).filter((one) => !isRead(one) && isOurs(one));
  assert.deepEqual(asks.map(isReflex), [true]);
}

test('two changes at once are left to the planner, which mends them together', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml);
  const asked = await requests(t, ns);
  await answered(ns, asked, 'mtu');
  const from = asked.seen.length;
  await unheard(daemon, () => ns.ipBatch(['link set v0 mtu 1300', 'link set v0 down']));
  await until(async () => (await changes.mtu[1](ns)) && changes.state[1](ns), {
    within,
    what: 'both are back',
  });
  assert.equal(asked.seen.slice(from).filter(isReflex).length, 0);
});

test('what the file says now counts, not what was made ready', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml);
  const asked = await requests(t, ns);
  await answered(ns, asked, 'mtu');
  const told = await monitor(t, { subjects: ['link'], enter: ns.enter });
  const from = asked.seen.length;
  await daemon.write('10-links.yaml', yaml.replace('1400', '1500'));
  await inSync(daemon);
  await daemon.write('10-links.yaml', yaml.replace('mtu: 1400', 'mtu: 1450'));
  await inSync(daemon);
  assert.equal((await ns.link('v0')).mtu, 1450);
  assert.equal(asked.seen.slice(from).filter(isReflex).length, 0);
  assert.ok(!told.seen.some(({ text }) => / v0@.* mtu 1400 /.test(text)));
});

test('the address that may go along with a secondary is asked for ahead of it', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml.replace('10.7.0.1/24,', '10.7.0.1/24, 10.7.0.2/24,'));
  const asked = await requests(t, ns);
  await ns.ip('address', 'del', '10.7.0.2/24', 'dev', 'br0');
  await hears(daemon, 'br0', 'restored');
  // The kernel tells of secondaries before it tells of their primary.
  const additions = () => asked.seen.filter((one) => isOurs(one) && one.type === NEWADDR);
  await until(() => additions().length === 2, { within, what: '10.7.0.1 and 10.7.0.2 are asked for' });
  await inSync(daemon);
});

test('a drift under on_drift: alert is not answered', async (t: TestContext) => {
  const { ns, daemon } = await keepInSync(t, yaml);
  const asked = await requests(t, ns);
  await answered(ns, asked, 'mtu');
  await daemon.write('10-links.yaml', yaml.replace('mtu: 1400', 'mtu: 1400, on_drift: alert'));
  await inSync(daemon);
  const [from, events] = [asked.seen.length, daemon.journal.seen.length];
  await ns.ipBatch(['link set v0 mtu 1300']);
  await hears(daemon, 'v0', 'drift', events);
  assert.equal((await ns.link('v0')).mtu, 1300);
  assert.equal(asked.seen.slice(from).filter(isReflex).length, 0);
});

test('what is fought over is not answered', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml.replace('after: 0', 'after: 8'));
  const asked = await requests(t, ns);
  const isContested = () => heard(daemon, 'v0', 'contested') > 0;
  let [from, answers] = [0, 0];
  // What the tap reads comes later than what vnetd says: all until then has been read when this has.
  const allIsRead = async () => {
    const until = asked.seen.length;
    await ns.ip('ntable', 'show');
    await asked.first(({ type }) => type === GETNEIGHTBL, {
      within,
      from: until,
      what: 'what was asked last',
    });
  };
  while (!isContested()) {
    const told = heard(daemon, 'v0', 'restored');
    await allIsRead();
    answers += asked.seen.slice(from).filter(isReflex).length;
    from = asked.seen.length;
    await ns.ipBatch(['link set v0 mtu 1300']);
    await until(() => isContested() || heard(daemon, 'v0', 'restored') > told, {
      within,
      what: 'it is told',
    });
  }
  await allIsRead();
  assert.ok(answers > 0);
  assert.equal(asked.seen.slice(from).filter(isReflex).length, 0);
});

test('a drift that is read beside another one is told like any other', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    yaml.replace('mtu: 1400 }', 'mtu: 1400 }\n  a0: { kind: dummy, mtu: 1400, on_drift: alert }'),
  );
  const asked = await requests(t, ns);
  await answered(ns, asked, 'mtu');
  for (let tries = 0, answers = 0; answers === 0; tries++) {
    assert.ok(tries < 20, 'no reflex');
    await inSync(daemon, 'v0');
    const [from, events] = [asked.seen.length, daemon.journal.seen.length];
    await ns.ipBatch(['link set a0 mtu 1400']);
    await until(async () => (await objectOf(daemon, 'a0')).state === 'in-sync', { within });
    await unheard(daemon, () => ns.ipBatch(['link set a0 mtu 1300', 'link set v0 mtu 1300']));
    await hears(daemon, 'v0', 'restored', events);
    await hears(daemon, 'a0', 'drift', events);
    answers = asked.seen.slice(from).filter(isReflex).length;
  }
});

test('what a later notice says is not overtaken by what an earlier one called for', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml);
  const asked = await requests(t, ns);
  await answered(ns, asked, 'addresses');
  await answered(ns, asked, 'mtu');
  const from = asked.seen.length;

  await unheard(daemon, () =>
    ns.ipBatch([
      'address del 10.7.0.1/24 dev br0',
      'address add 10.7.0.1/24 dev br0 metric 77 noprefixroute',
    ]),
  );
  await inSync(daemon);
  const [{ addr_info } = { addr_info: [] }] = await ns.ipJson('address', 'show', 'dev', 'br0');
  const [address] = (addr_info as { local: string; metric?: number }[]).filter(
    ({ local }) => local === '10.7.0.1',
  );
  assert.equal(address?.metric, 77);

  await unheard(daemon, () => ns.ipBatch(['link set v0 mtu 1300', 'link set v0 mtu 1400']));
  const { ifindex } = await ns.link('v0');
  await unheard(daemon, () =>
    ns.ipBatch(['link del v0', `link add x0 index ${ifindex} mtu 1300 type dummy`, 'link set x0 mtu 1301']),
  );
  await inSync(daemon);
  assert.equal((await ns.link('x0')).mtu, 1301);
  assert.equal(asked.seen.slice(from).filter(isReflex).length, 0);
});

test('a link that was found and is renamed is nobody’s any more', async (t) => {
  const found = (ns: Namespace) => ns.ipBatch(['link add e0 mtu 1400 type dummy', 'link set e0 up']);
  const { ns, daemon } = await keepInSync(
    t,
    'daemon: { contested: { after: 0 } }\nlinks:\n  e0: { mtu: 1400 }',
    found,
  );
  const asked = await requests(t, ns);
  await answeredLine(ns, asked, 'link set e0 mtu 1300', async () => (await ns.link('e0')).mtu === 1400);
  const from = asked.seen.length;
  await unheard(daemon, () =>
    ns.ipBatch(['link set e0 down', 'link set e0 name w0', 'link set w0 mtu 1300']),
  );
  await hears(daemon, 'e0', 'drift', 0);
  await until(async () => (await objectOf(daemon, 'e0')).state === 'waiting', { within });
  assert.equal((await ns.link('w0')).mtu, 1300);
  assert.equal(asked.seen.slice(from).filter(isReflex).length, 0);
});

test('what was made ready for a link that is down is not sent when it is up', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { disruptive: alert, contested: { after: 0 } }
links:
  r0: { kind: vrf, table: 70 }
  e0: { kind: device, master: r0, mtu: 1400 }`,
    (at) => at.ipBatch(['link add r0 type vrf table 70', 'link add e0 mtu 1400 master r0 type dummy']),
  );
  const asked = await requests(t, ns);
  const isBack = async () => (await ns.link('e0')).master === 'r0';
  await answeredLine(ns, asked, 'link set e0 nomaster', isBack);
  const from = asked.seen.length;
  await ns.ipBatch(['link set e0 up', 'link set e0 nomaster']);
  await until(async () => (await objectOf(daemon, 'e0')).state === 'drifted', { within });
  assert.equal(await isBack(), false);
  assert.equal(asked.seen.slice(from).filter(isReflex).length, 0);
});
