// kernels: host
// What the kernel took and heeded each time counts for nothing, however often that was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heard, inSync, keepInSync, within } from './support/keeping.ts';
import { until } from './support/until.ts';

test('a link that is deleted again and again comes back whole each time', async (t) => {
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { contested: { after: 0 } }
links: { x0: { kind: ifb, addresses: [10.50.0.1/24] } }`,
  );
  const isWhole = async (not: number) => {
    const all = (await ns.ipJson('address')).filter(({ ifname }) => ifname === 'x0');
    const addresses = all.flatMap(({ addr_info = [] }) => addr_info as readonly { local?: string }[]);
    return all[0]?.ifindex !== not && addresses.some(({ local }) => local === '10.50.0.1');
  };
  for (let i = 0; i < 105; i++) {
    const { ifindex } = await ns.link('x0');
    await ns.ip('link', 'del', 'x0');
    await until(() => isWhole(ifindex), {
      within: Math.min(within, 5000),
      what: `x0 is back, time ${i + 1}`,
    });
  }
  await inSync(daemon);
  assert.equal(heard(daemon, 'x0', 'refused'), 0);
});
