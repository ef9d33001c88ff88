// kernels: uml-6.12 uml-6.1
// timeout: 300
// Where bonds were lost, rebuilt and bounced.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tools } from './support/ip.ts';
import {
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
import { monitor } from './support/monitor.ts';
import { until } from './support/until.ts';

const cards = (ns: Tools) =>
  ns.ipBatch(['link add d0 type dummy', 'link add d1 type dummy', 'link set d0 up', 'link set d1 up']);
const mastersOf = async (ns: Tools, names: readonly string[]) =>
  Promise.all(names.map(async (name) => (await ns.link(name)).master));
const bondOf = async (ns: Tools) => (await ns.link('bond0')).linkinfo?.info_data ?? {};

test('pitfall 2: a lost bond member is seen, and put back', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  bond0: { kind: bond, mode: active-backup, miimon: 100, members: [d0, d1] }`,
    cards,
  );
  assert.deepEqual(await mastersOf(ns, ['d0', 'd1']), ['bond0', 'bond0']);

  await ns.ip('link', 'set', 'd0', 'nomaster');

  await until(async () => (await ns.link('d0')).master === 'bond0', { within, what: 'd0 is a member again' });
  await inSync(daemon);
  const told = await historyOf(daemon, 'd0');
  assert.deepEqual(told.find(({ event }) => event === 'drift')?.changes, [
    { key: 'master', wanted: 'bond0', found: null },
  ]);
  assert.deepEqual(keysOf(await historyOf(daemon, 'bond0')), []);
});

test('pitfall 2: a member that is declared up joins all the same', async (t) => {
  const yaml = `daemon: { contested: { after: 0 } }
links:
  bond0: { kind: bond, mode: active-backup, miimon: 100, members: [d0, d1] }
  d1: { state: up }`;
  const { ns, daemon } = await keepInSync(t, yaml, cards);
  const isMember = async () => {
    const { master, flags } = await ns.link('d1');
    return master === 'bond0' && flags?.includes('UP') === true;
  };
  const leave = 'link set d1 nomaster';
  for (const drift of [[leave], [leave, 'link set d1 up'], ['link set d1 down', leave]]) {
    await unheard(daemon, () => ns.ipBatch(drift));
    await until(isMember, { within, what: `it is a member again after ${drift}` });
    await inSync(daemon);
  }
  // Heard one by one, a reflex may bring it up ahead of the planner.
  for (let i = 0; i < 5; i++) {
    await ns.ip(...leave.split(' '));
    await until(isMember, { within, what: 'it is a member again' });
    await inSync(daemon);
  }
  assert.deepEqual(
    (await historyOf(daemon, 'd1')).filter(({ event }) => event === 'refused'),
    [],
  );
});

test('pitfall 6: a primary that is out of its bond is no drift', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  bond0: { kind: bond, mode: active-backup, miimon: 100, members: [d0, d1], primary: d0 }`,
    cards,
  );
  assert.equal((await bondOf(ns)).primary, 'd0');

  await ns.ip('link', 'del', 'd0');
  await until(async () => (await objectOf(daemon, 'd0')).state === 'waiting', { within });
  assert.equal((await bondOf(ns)).primary, undefined);
  assert.equal((await objectOf(daemon, 'bond0')).state, 'in-sync');
  assert.equal((await ns.link('d1')).master, 'bond0');

  await ns.ip('link', 'add', 'd0', 'type', 'dummy');
  await until(async () => (await bondOf(ns)).primary === 'd0', { within, what: 'd0 is primary again' });
  await inSync(daemon);
  assert.deepEqual(keysOf(await historyOf(daemon, 'bond0')), []);
});

test('pitfall 8: one option is put back without a bounce, and what must bounce says so', async (t) => {
  const yaml = (settings: string) => `${settings}
links:
  bond0: { kind: bond, mode: active-backup, miimon: 100, members: [d0, d1], addresses: [10.8.0.1/24] }
  br0: { kind: bridge, stp_state: false, forward_delay: 400, ports: [d2] }`;
  const { ns, daemon } = await keepInSync(t, yaml(''), async (ns) => {
    await cards(ns);
    await ns.ipBatch(['link add d2 type dummy', 'link set d2 up']);
  });
  const before = [await ns.link('bond0'), await ns.link('br0')];
  const notices = await monitor(t, { subjects: ['link'], enter: ns.enter });

  await ns.ip('link', 'set', 'bond0', 'type', 'bond', 'miimon', '250');
  await ns.ip('link', 'set', 'br0', 'type', 'bridge', 'stp_state', '1', 'forward_delay', '1500');

  assert.equal((await hears(daemon, 'bond0', 'restored')).disruptive, false);
  assert.equal((await hears(daemon, 'br0', 'restored')).disruptive, false);
  assert.equal((await bondOf(ns)).miimon, 100);
  assert.equal((await ns.link('br0')).linkinfo?.info_data?.stp_state, 0);
  const after = [await ns.link('bond0'), await ns.link('br0')];
  assert.deepEqual(
    after.map(({ ifindex }) => ifindex),
    before.map(({ ifindex }) => ifindex),
  );
  const bounced = notices.seen.filter(
    ({ text }) => !/[<,]UP[,>]/.test(text) || /: d\d: (?!.*master)/.test(text),
  );
  assert.deepEqual(bounced, []);

  // The mode takes a bond that is down and empty.
  const setMode = [
    ...['link set d0 nomaster', 'link set d1 nomaster', 'link set bond0 down'],
    ...['link set bond0 type bond mode balance-rr', 'link set bond0 up'],
    ...['link set d0 down', 'link set d1 down', 'link set d0 master bond0', 'link set d1 master bond0'],
  ];
  const modeIsBack = async () => {
    assert.equal((await bondOf(ns)).mode, 'active-backup');
    assert.deepEqual(await mastersOf(ns, ['d0', 'd1']), ['bond0', 'bond0']);
    const [{ addr_info } = { addr_info: [] }] = await ns.ipJson('address', 'show', 'dev', 'bond0');
    assert.ok((addr_info as { local: string }[]).some(({ local }) => local === '10.8.0.1'));
    return true;
  };
  const from = daemon.journal.seen.length;
  await unheard(daemon, () => ns.ipBatch(setMode));
  await until(modeIsBack, { within, what: 'the mode is back, and the members and the address with it' });
  assert.equal((await hears(daemon, 'bond0', 'restored', from)).disruptive, true);
  await inSync(daemon);

  // An operator may want to choose the hour.
  daemon.write('10-links.yaml', yaml('daemon: { disruptive: alert }'));
  await inSync(daemon);
  await unheard(daemon, () => ns.ipBatch(setMode));
  await until(async () => (await objectOf(daemon, 'bond0')).state === 'drifted', { within });
  assert.match((await objectOf(daemon, 'bond0')).reason ?? '', /mode is balance-rr.*vnetctl restore/);
  assert.equal((await bondOf(ns)).mode, 'balance-rr');
  assert.equal((await daemon.vnetctl('restore', 'bond0')).code, 0);
  await until(modeIsBack, { within, what: 'the mode is back when asked for' });
});

test('pitfall 19: one missing member keeps no other out', async (t) => {
  const { ns, daemon } = await keep(
    t,
    `links:
  bond0: { kind: bond, mode: active-backup, miimon: 100, members: [absent0, d0, absent1, d1] }`,
    cards,
  );
  await until(
    async () => assert.deepEqual(await mastersOf(ns, ['d0', 'd1']), ['bond0', 'bond0']) === undefined,
    { within, what: 'd0 and d1 are members' },
  );
  await inSync(daemon, 'bond0', 'd0', 'd1');
  const { state, reason } = await objectOf(daemon, 'absent0');
  assert.equal(state, 'waiting');
  assert.match(reason ?? '', /absent0/);

  await ns.ip('link', 'add', 'absent0', 'type', 'dummy');
  await until(async () => (await ns.link('absent0')).master === 'bond0', { within });
  await inSync(daemon, 'absent0');
  assert.equal((await objectOf(daemon, 'absent1')).state, 'waiting');
});

test('pitfall 25: what a bounce knocks over is put back, declared or not', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  bond0: { kind: bond, mode: 802.3ad, lacp_rate: slow, members: [d0, d1], addresses: [10.25.0.1/24] }`,
    cards,
  );
  await ns.ipBatch([
    'address add 10.25.1.1/24 dev bond0',
    'address add 2001:db8:25::1/64 dev bond0 nodad',
    'route add 192.0.2.0/24 via 10.25.0.254 dev bond0 metric 7',
    'route add 198.51.100.0/24 via 10.25.1.254 dev bond0 table 25',
    'route add 2001:db8:26::/64 via 2001:db8:25::2 dev bond0 metric 7',
  ]);
  const standing = async () => {
    const routes = await Promise.all([
      ns.ipJson('-4', 'route', 'show', 'dev', 'bond0', 'table', 'all'),
      ns.ipJson('-6', 'route', 'show', 'dev', 'bond0', 'table', 'all'),
    ]);
    const [{ addr_info } = { addr_info: [] }] = await ns.ipJson('address', 'show', 'dev', 'bond0');
    const addresses = addr_info as { readonly local: string; readonly scope: string }[];
    return {
      addresses: addresses.filter(({ scope }) => scope === 'global').map(({ local }) => local),
      routes: routes
        .flat()
        .filter(({ protocol, dst }) => protocol !== 'kernel' && dst !== 'multicast' && dst !== 'ff00::/8')
        .map(({ dst, gateway, metric, table }) => ({ dst, gateway, metric, table })),
    };
  };
  const before = await standing();
  assert.equal(before.routes.length, 3);

  // LACP's rate can be set on a bond that is down only.
  await unheard(daemon, () =>
    ns.ipBatch([
      'link set bond0 down',
      'link set bond0 type bond lacp_rate fast',
      'link set bond0 up',
      'address replace 10.25.0.1/24 dev bond0',
      'address replace 10.25.1.1/24 dev bond0',
      'address replace 2001:db8:25::1/64 dev bond0 nodad',
      'route replace 192.0.2.0/24 via 10.25.0.254 dev bond0 metric 7',
      'route replace 198.51.100.0/24 via 10.25.1.254 dev bond0 table 25',
      'route replace 2001:db8:26::/64 via 2001:db8:25::2 dev bond0 metric 7',
    ]),
  );

  assert.equal((await hears(daemon, 'bond0', 'restored')).disruptive, true);
  await until(async () => (await bondOf(ns)).ad_lacp_rate === 'slow', { within });
  await until(async () => assert.deepEqual(await standing(), before) === undefined, {
    within,
    what: 'addresses and routes are as before',
  });
  await inSync(daemon);
});
