// kernels: uml-6.12 uml-6.1
// What a link that nobody declared does to its declared sibling: the kernel tells of the one and not of the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kinds } from '../../src/reconcilers/index.ts';
import { askKernel } from './fields/lacking.ts';
import { outside } from './fields/outside.ts';
import { rawTool } from './fields/seen.ts';
import { output, run } from './support/command.ts';
import { historyOf, keepInSync, keysOf, within } from './support/keeping.ts';
import { until } from './support/until.ts';

test('an ipvlan gets back what a sibling, or the link underneath, took from it', async (t) => {
  t.diagnostic('kind: ipvlan');
  const { ns, daemon } = await keepInSync(
    t,
    `daemon: { sweep: 1s }
links:
  low0: { kind: dummy }
  i0: { kind: ipvlan, link: low0, mode: l3, flag: private, mtu: 1400 }`,
  );
  const data = async () => (await ns.link('i0')).linkinfo?.info_data;
  await ns.ipBatch(['link add i1 link low0 type ipvlan mode l3 private']);

  await ns.ipBatch(['link set i1 type ipvlan vepa']);
  await until(async () => (await data())?.private === true, { within, what: 'the flag is back' });

  await ns.ipBatch(['link set i1 type ipvlan mode l3s']);
  await until(async () => (await data())?.mode === 'l3', { within, what: 'the mode is back' });

  await ns.ipBatch(['link set low0 mtu 1300']);
  await until(async () => (await ns.link('i0')).mtu === 1400, { within, what: 'the mtu is back' });
  assert.deepEqual(keysOf(await historyOf(daemon, 'i0')), ['flag', 'mode', 'mtu']);
});

test('a macvlan gets back what a sibling took from it', async (t) => {
  t.diagnostic('kind: macvlan');
  if (askKernel()('macvlan', 'bclim', kinds.macvlan.fields.bclim, 5))
    return t.skip('this kernel has no bclim');
  const { ns } = await keepInSync(
    t,
    `daemon: { sweep: 1s }
links:
  low0: { kind: dummy }
  m0: { kind: macvlan, link: low0, mode: bridge, bclim: 5 }`,
  );
  await ns.ipBatch(['link add m1 link low0 type macvlan mode bridge']);
  await run([...ns.enter, '/usr/bin/python3', rawTool, 'set'], { input: 'm1 macvlan data 9 09000000\n' });
  const bclim = async () => {
    const raw = JSON.parse(await output([...ns.enter, '/usr/bin/python3', rawTool, 'dump']));
    return outside('macvlan', 'bclim').read({ link: await ns.link('m0'), raw: raw.m0 });
  };
  await until(async () => (await bclim()) === 5, { within, what: 'bclim is back' });
});
