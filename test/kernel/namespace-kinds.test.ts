// kernels: uml-6.12 uml-6.1
// Kinds whose links stand in one namespace and lead to another: pairs, and what shares the link underneath.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacksKind } from './fields/lacking.ts';
import { ip } from './support/ip.ts';
import { inSync, keepInSync, unheard, within } from './support/keeping.ts';
import { inside, names } from './support/namespace.ts';
import { answers, isSilent } from './support/ping.ts';
import { until } from './support/until.ts';

for (const kind of ['vxcan', 'netkit'] as const) {
  test(`a pair of ${kind} between two namespaces comes back, whichever end is touched`, {
    skip: lacksKind(kind),
  }, async (t) => {
    t.diagnostic(`kind: ${kind}`);
    const [a = '', b = ''] = names(t, 2);
    const { ns, daemon } = await keepInSync(
      t,
      `namespaces:
  ${a}: { links: { k0: { kind: ${kind}, peer: ${b}/k1 } } }
  ${b}: { links: { k1: { kind: ${kind} } } }`,
    );
    const [here, there] = [inside(a), inside(b)];
    // A pair has carrier when both of its ends are up.
    const isWhole = async () =>
      (await here.link('k0')).flags.includes('LOWER_UP') &&
      (await there.link('k1')).flags.includes('LOWER_UP');
    await until(isWhole, { within, what: 'the pair is whole' });
    const drifts: Readonly<Record<string, () => Promise<unknown>>> = {
      'the first end is deleted': () => here.ip('link', 'del', 'k0'),
      'the second end is deleted': () => there.ip('link', 'del', 'k1'),
      'an end is down': () => there.ip('link', 'set', 'k1', 'down'),
      'an end is taken to the host': () => ip('-n', b, 'link', 'set', 'k1', 'netns', ns.name),
      'a namespace is deleted': () => ip('netns', 'del', b),
    };
    for (const [what, drift] of Object.entries(drifts)) {
      await t.test(what, async () => {
        await unheard(daemon, drift);
        await until(() => isWhole().catch(() => false), { within, what: 'the pair is whole again' });
        await inSync(daemon);
        assert.deepEqual(
          (await ns.ipJson('link')).map(({ ifname }) => ifname),
          ['lo'],
        );
      });
    }
  });
}

test('namespaces on one link of the host by ipvlan come back, whatever is done to them', async (t) => {
  t.diagnostic('kind: ipvlan');
  const [a = '', b = ''] = names(t, 2);
  const ipvlan = (address: string) =>
    `{ links: { i0: { kind: ipvlan, link: /v0, mode: l2, flag: bridge, addresses: [${address}/24] } } }`;
  const { ns, daemon } = await keepInSync(
    t,
    `links: { v0: { kind: veth, peer: v1 }, v1: { kind: veth, peer: v0 } }
namespaces: { ${a}: ${ipvlan('10.9.7.1')}, ${b}: ${ipvlan('10.9.7.2')} }`,
  );
  assert.ok(await answers(a, '10.9.7.2', 20));
  const drifts: Readonly<Record<string, () => Promise<unknown>>> = {
    'the link is deleted': () => ip('-n', a, 'link', 'del', 'i0'),
    'the link underneath is deleted': () => ns.ip('link', 'del', 'v0'),
    'the namespace is deleted': () => ip('netns', 'del', a),
    'the link is taken to the host': () => ip('-n', a, 'link', 'set', 'i0', 'netns', ns.name),
  };
  for (const [what, drift] of Object.entries(drifts)) {
    await t.test(what, async () => {
      await unheard(daemon, async () => {
        await drift();
        await isSilent(b, '10.9.7.1');
      });
      await until(() => answers(b, '10.9.7.1', 0.5), { within });
      await inSync(daemon);
    });
  }
});

test('an xfrm stands in one namespace, and its policies in another', {
  skip: lacksKind('xfrm'),
}, async (t) => {
  t.diagnostic('kind: xfrm');
  const [a = ''] = names(t, 1);
  const { ns, daemon } = await keepInSync(
    t,
    `links: { low0: { kind: dummy } }
namespaces:
  ${a}:
    links:
      x0: { kind: xfrm, if_id: 7, dev: /low0 }
      x1: { kind: xfrm, if_id: 8, link_netns: / }`,
  );
  const there = inside(a);
  for (const name of ['x0', 'x1']) {
    assert.equal((await there.link(name)).link_netnsid, 0);
    await unheard(daemon, () => ip('-n', a, 'link', 'del', name));
    await until(async () => (await there.link(name).catch(() => undefined))?.link_netnsid === 0, { within });
  }
  await inSync(daemon);
  // Made again in its own namespace by somebody, with the policies of that.
  await unheard(daemon, () => there.ipBatch(['link del x1', 'link add x1 type xfrm if_id 8']));
  await until(async () => (await there.link('x1').catch(() => undefined))?.link_netnsid === 0, { within });
  await inSync(daemon);
  await unheard(daemon, () => ns.ip('-n', a, 'link', 'set', 'x1', 'type', 'xfrm', 'if_id', '9'));
  await until(async () => (await there.link('x1')).linkinfo?.info_data?.if_id === '0x8', { within });
  await inSync(daemon);
});
