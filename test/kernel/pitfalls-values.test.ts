// kernels: host uml-6.12 uml-6.1
// Values that do not come to agree, and links that are not there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, hears, historyOf, inSync, keep, objectOf, within } from './support/keeping.ts';
import { until } from './support/until.ts';

test('pitfall 5: what the kernel rounds or refuses is not repaired for ever', async (t) => {
  const yaml = (master: string) => `links:
  br0: { kind: bridge, mcast_query_interval: 1003, mcast_query_response_interval: 3125 }
  other0: { txqueuelen: 77, alias: to the core${master} }`;
  const { ns, daemon } = await keep(t, yaml(', master: br0'), (ns) =>
    ns.ip('link', 'add', 'other0', 'up', 'type', 'bridge'),
  );
  await inSync(daemon, 'br0');
  const { mcast_query_intvl, mcast_query_response_intvl } = (await ns.link('br0')).linkinfo?.info_data ?? {};
  t.diagnostic(`1003 became ${mcast_query_intvl}, 3125 became ${mcast_query_response_intvl}`);

  const refused = await hears(daemon, 'other0', 'refused');
  assert.deepEqual(refused.changes, [{ key: 'master', wanted: 'br0', found: null }]);
  const { state, reason } = await objectOf(daemon, 'other0');
  assert.equal(state, 'refused');
  assert.match(reason ?? '', /^master: Can not enslave a bridge to a bridge \(ELOOP\)/);
  // The rest is kept all the same, however often the link is looked at.
  for (const alias of ['one', 'two', 'three']) {
    const from = daemon.journal.seen.length;
    await ns.ip('link', 'set', 'other0', 'alias', alias);
    await hears(daemon, 'other0', 'restored', from);
  }
  const other = await ns.link('other0');
  assert.deepEqual([other.master, other.txqlen, other.ifalias], [undefined, 77, 'to the core']);
  assert.equal((await objectOf(daemon, 'other0')).state, 'refused');
  assert.equal(heard(daemon, 'other0', 'refused'), 1);
  assert.deepEqual(
    (await historyOf(daemon, 'br0')).map(({ event }) => event),
    ['created'],
  );

  daemon.write('10-links.yaml', yaml(''));
  await inSync(daemon);
});

test('pitfall 9: status says what is, not what was sent', async (t) => {
  // The kernel takes an optimistic address, and makes it an ordinary one (inet6_rtm_newaddr in net/ipv6/addrconf.c).
  const yaml = (address: string) => `links: { x0: { kind: ifb, mtu: 1450, addresses: [${address}] } }`;
  const { ns, daemon } = await keep(t, yaml('{ address: "2001:db8::1/64", optimistic: true }'));
  const refused = await hears(daemon, 'x0', 'refused');
  assert.match(String(refused.message), /addresses 2001:db8::1.64: /);
  const { state, reason } = await objectOf(daemon, 'x0');
  assert.equal(state, 'refused');
  assert.match(reason ?? '', /addresses 2001:db8::1.64: .*optimistic false/);
  assert.equal((await daemon.vnetctl('wait', '--timeout', '1s')).code, 1);
  assert.equal(heard(daemon, 'x0', 'refused'), 1);
  assert.equal(heard(daemon, 'x0', 'drift'), 0);

  // Nor is the word of a request taken for a link that is away.
  daemon.write('10-links.yaml', yaml('"2001:db8::1/64"'));
  await inSync(daemon);
  daemon.signal('SIGSTOP');
  await ns.ip('link', 'del', 'x0');
  daemon.signal('SIGCONT');
  await hears(daemon, 'x0', 'restored');
  assert.equal((await ns.link('x0')).mtu, 1450);
});

test('pitfall 21: what waits says for whom, and asks the kernel nothing', async (t) => {
  const { ns, daemon } = await keep(
    t,
    `links:
  m0: { kind: macvlan, link: absent0, mtu: 1400 }
  v0: { kind: veth, peer: v1, master: absent1 }
  dev0: { mtu: 1400 }`,
  );
  await until(async () => (await objectOf(daemon, 'v0')).state === 'waiting', { within });
  const reasons = await Promise.all(['m0', 'v0', 'dev0'].map((id) => objectOf(daemon, id)));
  assert.deepEqual(
    reasons.map(({ state }) => state),
    ['waiting', 'waiting', 'waiting'],
  );
  for (const [i, name] of ['absent0', 'absent1', 'dev0'].entries()) {
    assert.match(reasons[i]?.reason ?? '', new RegExp(`\\b${name}\\b`));
  }
  assert.ok((await ns.link('v0')).flags.includes('UP')); // all but the membership is kept

  await ns.ipBatch(['link add absent0 type ifb', 'link add absent1 type bridge', 'link add dev0 type ifb']);
  await inSync(daemon);
  const [m0, v0, dev0] = [await ns.link('m0'), await ns.link('v0'), await ns.link('dev0')];
  assert.deepEqual([m0.link, m0.mtu, v0.master, dev0.mtu], ['absent0', 1400, 'absent1', 1400]);

  await ns.ip('link', 'del', 'absent0');
  await until(async () => (await objectOf(daemon, 'm0')).state === 'waiting', { within });
  await ns.ip('link', 'add', 'absent0', 'type', 'ifb');
  await inSync(daemon);
  assert.equal((await ns.link('m0')).link, 'absent0');
  for (const id of ['m0', 'v0', 'dev0']) assert.equal(heard(daemon, id, 'refused'), 0);
});
