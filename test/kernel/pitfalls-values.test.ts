// kernels: host uml-6.12 uml-6.1
// Values that do not come to agree, and links that are not there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, hears, historyOf, inSync, keep, objectOf, within } from './support/keeping.ts';
import { until } from './support/until.ts';

test('pitfall 5: what the kernel rounds or refuses is not repaired for ever', async (t) => {
  const yaml = (mtu: number) => `links:
  br0: { kind: bridge, mcast_query_interval: 1003, mcast_query_response_interval: 3125 }
  v0: { kind: veth, peer: v1, mtu: ${mtu}, txqueuelen: 77, alias: to the core }`;
  const { ns, daemon } = await keep(t, yaml(70_000));
  await inSync(daemon, 'br0');
  const { mcast_query_interval, mcast_query_response_intvl } = (await ns.link('br0')).linkinfo?.info_data ?? {};
  t.diagnostic(`1003 became ${mcast_query_interval}, 3125 became ${mcast_query_response_intvl}`);

  const refused = await hears(daemon, 'v0', 'refused');
  assert.deepEqual(
    (refused.changes as { key: string; wanted: number }[]).map(({ key, wanted }) => [key, wanted]),
    [['mtu', 70_000]],
  );
  const { state, reason } = await objectOf(daemon, 'v0');
  assert.equal(state, 'refused');
  assert.match(reason ?? '', /mtu: .*greater than device maximum.*EINVAL/i);
  // The rest is kept all the same, however often the link is looked at.
  for (const alias of ['one', 'two', 'three']) {
    const from = daemon.journal.seen.length;
    await ns.ip('link', 'set', 'v0', 'alias', alias);
    await hears(daemon, 'v0', 'restored', from);
  }
  const v0 = await ns.link('v0');
  assert.deepEqual([v0.mtu, v0.txqlen, v0.ifalias], [1500, 77, 'to the core']);
  assert.equal((await objectOf(daemon, 'v0')).state, 'refused');
  assert.equal(heard(daemon, 'v0', 'refused'), 1);
  assert.deepEqual(
    (await historyOf(daemon, 'br0')).map(({ event }) => event),
    ['created'],
  );

  daemon.write('10-links.yaml', yaml(1400));
  await inSync(daemon);
  assert.equal((await ns.link('v0')).mtu, 1400);
});

test('pitfall 9: status says what is, not what was sent', async (t) => {
  // The kernel takes the hash elasticity, does nothing, and says so in its log only (br_changelink in net/bridge/br_netlink.c).
  const { ns, daemon } = await keep(t, 'links: { br0: { kind: bridge, mcast_hash_elasticity: 4 } }');
  await hears(daemon, 'br0', 'refused');
  assert.equal((await ns.link('br0')).linkinfo?.info_data?.mcast_hash_elasticity, 16);
  const { state, reason } = await objectOf(daemon, 'br0');
  assert.equal(state, 'refused');
  assert.match(reason ?? '', /mcast_hash_elasticity: .*16/);
  assert.equal((await daemon.vnetctl('wait', '--timeout', '1s')).code, 1);

  // Nor is the word of a request taken for a link that is away.
  daemon.write('10-links.yaml', 'links: { br0: { kind: bridge } }');
  await inSync(daemon);
  daemon.signal('SIGSTOP');
  await ns.ip('link', 'del', 'br0');
  daemon.signal('SIGCONT');
  await hears(daemon, 'br0', 'restored');
  assert.ok(await ns.link('br0'));
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
