// kernels: uml-6.12 uml-6.1
// timeout: 400
// Every field of hsr, batadv and gtp links, from YAML to the kernel and back, judged by ip(8).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '../../src/model/value.ts';
import { everyLink, everyLinkOf } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { lacksKind } from './fields/lacking.ts';
import { outside } from './fields/outside.ts';
import { hears, inSync, keepInSync, within } from './support/keeping.ts';
import { until } from './support/until.ts';

const masters = ['link add master1 type bridge', 'link add master2 type bridge'];

test('every field of an hsr', { skip: lacksKind('hsr') }, async (t) => {
  // A link is on one ring.
  const ways = Array.from({ length: 90 }, (_, i) => ['a', 'b', 'x', 'y'].map((way) => `${way}${i + 1}`));
  await tryFields(t, {
    table: 'hsr',
    kind: 'hsr',
    fields: { ...everyLinkOf(kinds.hsr), ...kinds.hsr.fields },
    companions: [...masters, ...ways.flat().map((way) => `link add ${way} mtu 65535 up type dummy`)],
    beside: (key, _, n) => ({
      ...(key === 'slave1' ? {} : { slave1: `a${n}` }),
      ...(key === 'slave2' ? {} : { slave2: `b${n}` }),
    }),
    values: (key, n): readonly Value[] | undefined =>
      key === 'slave1' || key === 'slave2' ? [`x${n + 1}`, `y${n + 1}`] : valuesOfEveryLink(key, n),
  });
});

test('every field of a batadv', { skip: lacksKind('batadv') }, async (t) => {
  await tryFields(t, {
    table: 'batadv',
    kind: 'batadv',
    fields: { ...everyLink, ...kinds.batadv.fields },
    companions: masters,
    beside: () => ({}),
    values: valuesOfEveryLink,
  });
});

test('a mesh gets its members back', { skip: lacksKind('batadv') }, async (t) => {
  t.diagnostic('kind: batadv');
  const yaml =
    'links: { ba0: { kind: batadv, members: [m0, m1] }, m0: { kind: dummy }, m1: { kind: dummy } }';
  const { ns } = await keepInSync(t, yaml);
  const joined = async (name: string) => (await ns.link(name)).master === 'ba0';
  assert.ok((await joined('m0')) && (await joined('m1')));

  await ns.ipBatch(['link set m0 nomaster']);
  await until(() => joined('m0'), { within, what: 'm0 is a member again' });

  await ns.ipBatch(['link del ba0']);
  await until(async () => (await joined('m0')) && (await joined('m1')), {
    within,
    what: 'the mesh is there again with its members',
  });
});

test('every field of a gtp', { skip: lacksKind('gtp') }, async (t) => {
  t.diagnostic('kind: gtp');
  // There can be one in a namespace, so it goes through all values one after the other.
  const { mtu: _, addrgenmode: __, ...fields } = kinds.gtp.fields;
  const { ns, daemon } = await keepInSync(t, 'links: { g0: { kind: gtp, role: ggsn } }');
  for (const [key, row] of Object.entries(fields)) {
    for (const value of row.type.samples as readonly Value[]) {
      const link = { kind: 'gtp', role: 'ggsn', [key]: value };
      daemon.write('10-links.yaml', JSON.stringify({ links: { g0: link } }));
      await inSync(daemon);
      const seen = outside('gtp', key).read({ link: await ns.link('g0'), raw: undefined });
      assert.equal(seen, value, `${key}: ${value}`);
    }
  }

  // Quicker than this, vnetd would have made its own between the two.
  daemon.signal('SIGSTOP');
  await ns.ipBatch(['link del g0', 'link add g0 type gtp role sgsn']);
  daemon.signal('SIGCONT');
  await hears(daemon, 'g0', 'restored');
  await until(
    async () => outside('gtp', 'role').read({ link: await ns.link('g0'), raw: undefined }) === 'ggsn',
    {
      within,
      what: 'it is as declared',
    },
  );
});
