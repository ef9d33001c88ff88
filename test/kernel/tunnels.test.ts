// kernels: uml-6.12 uml-6.1
// timeout: 200
// What tunnels have of their own: a change that resets what it does not carry, links of the kernel's own, underlays elsewhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ip } from './support/ip.ts';
import { hears, inSync, keepInSync, objectOf, unheard, within } from './support/keeping.ts';
import { inside, names } from './support/namespace.ts';
import { answers, isSilent } from './support/ping.ts';
import { until } from './support/until.ts';

interface Shown {
  readonly [key: string]: unknown;
}

function dataOf(link: object): Shown {
  return (link as { linkinfo?: { info_data?: Shown } }).linkinfo?.info_data ?? {};
}

const families = {
  ipip: { ends: 'local 192.0.2.1 remote 198.51.100.1', keys: 'local: 192.0.2.1, remote: 198.51.100.1' },
  sit: { ends: 'local 192.0.2.1 remote 198.51.100.1', keys: 'local: 192.0.2.1, remote: 198.51.100.1' },
  gre: { ends: 'local 192.0.2.1 remote 198.51.100.1', keys: 'local: 192.0.2.1, remote: 198.51.100.1' },
  gretap: { ends: 'local 192.0.2.1 remote 198.51.100.1', keys: 'local: 192.0.2.1, remote: 198.51.100.1' },
} as const;

for (const [kind, { ends, keys }] of Object.entries(families)) {
  test(`what nobody declared of a found ${kind} stays when the rest is put back`, async (t) => {
    t.diagnostic(`kind: ${kind}`);
    const keyed = kind.startsWith('gre') ? 'ikey 7 okey 8 oseq' : '';
    const { ns, daemon } = await keepInSync(
      t,
      `links: { t1: { kind: ${kind}, ${keys}, ttl: 7 } }`,
      async (made) => {
        await made.ipBatch([
          `link add t1 type ${kind} ${ends} ttl 7 tos 0x10 fwmark 0x9 ${keyed}`,
          'link set t1 up',
        ]);
      },
    );
    const before = dataOf(await ns.link('t1'));
    assert.equal(before.tos, '0x10');
    for (const drift of ['ttl 9', 'remote 198.51.100.9', 'local 192.0.2.9']) {
      await unheard(daemon, async () => {
        await ns.ipBatch([`link set t1 type ${kind} ${drift}`]);
      });
      await until(async () => JSON.stringify(dataOf(await ns.link('t1'))) === JSON.stringify(before), {
        within,
        what: `\`${drift}\` is undone, and nothing else changed`,
      });
    }
    await inSync(daemon);
    // Two at once, of which one is declared: the other is left as it is now.
    await ns.ipBatch([`link set t1 type ${kind} ttl 9 tos 0x20`]);
    await until(async () => dataOf(await ns.link('t1')).ttl === 7, { within });
    assert.deepEqual(dataOf(await ns.link('t1')), { ...before, tos: '0x20' });
  });
}

test('a tunnel that the kernel makes by itself can be kept as a device, and is no drift', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `links:
  t1: { kind: ipip, local: 192.0.2.1, remote: 198.51.100.1 }
  tunl0: { mtu: 1400, state: down }`,
    async (made) => {
      await made.ipBatch(['link add t0 type ipip local 192.0.2.7 remote 198.51.100.7', 'link del t0']);
    },
  );
  await ns.ipBatch(['link set tunl0 mtu 1300']);
  await until(async () => (await ns.link('tunl0')).mtu === 1400, { within });
  assert.equal((await objectOf(daemon, 't1')).drifts, 0);
  daemon.remove('10-links.yaml');
  await inSync(daemon);
  const names = (await ns.ipJson('link')).map(({ ifname }) => ifname);
  assert.ok(names.includes('tunl0'));
  assert.ok(!names.includes('t1'));
});

const tunnels = {
  ipip: (own: string, other: string) => `kind: ipip, local: ${own}, remote: ${other}`,
  gretap: (own: string, other: string) => `kind: gretap, local: ${own}, remote: ${other}, key: 7`,
  geneve: (_: string, other: string) => `kind: geneve, id: 7, remote: ${other}`,
} as const;

for (const [kind, keysOf] of Object.entries(tunnels)) {
  test(`the own packets of a tunnel in a namespace go through the host’s: ${kind}`, async (t) => {
    t.diagnostic(`kind: ${kind}`);
    const [a = '', b = ''] = names(t, 2);
    const { ns, daemon } = await keepInSync(
      t,
      `links:
  u0: { kind: veth, peer: ${b}/u1, addresses: [10.9.5.1/24] }
namespaces:
  ${a}: { links: { t0: { ${keysOf('10.9.5.1', '10.9.5.2')}, link_netns: /, addresses: [10.9.6.1/24] } } }
  ${b}:
    links:
      u1: { kind: veth, addresses: [10.9.5.2/24] }
      t0: { ${keysOf('10.9.5.2', '10.9.5.1')}, addresses: [10.9.6.2/24] }`,
    );
    assert.ok(await answers(a, '10.9.6.2', 20));
    const drifts: Readonly<Record<string, () => Promise<unknown>>> = {
      'the tunnel is deleted': () => ip('-n', a, 'link', 'del', 't0'),
      'the namespace is deleted': () => ip('netns', 'del', a),
    };
    for (const [what, drift] of Object.entries(drifts)) {
      await t.test(what, async () => {
        await unheard(daemon, async () => {
          await drift();
          await isSilent(b, '10.9.6.1');
        });
        await until(() => answers(b, '10.9.6.1', 0.5), { within });
        await inSync(daemon);
      });
    }
    if (kind === 'geneve') return;
    // Made again in its own namespace by somebody, with the wrong underlay.
    await unheard(daemon, async () => {
      await ip('-n', a, 'link', 'del', 't0');
      const ends = ['local', '10.9.5.1', 'remote', '10.9.5.2', ...(kind === 'gretap' ? ['key', '7'] : [])];
      await ip('-n', a, 'link', 'add', 't0', 'type', kind, ...ends);
    });
    await until(() => answers(b, '10.9.6.1', 0.5), { within });
    await inSync(daemon);
    assert.notEqual((await inside(a).link('t0')).link_netnsid, undefined);
    daemon.remove('10-links.yaml');
    await hears(daemon, `${a}/`, 'removed');
    assert.deepEqual(
      (await ns.ipJson('link')).map(({ ifname }) => ifname).filter((name) => name === 'u0' || name === 't0'),
      [],
    );
  });
}
