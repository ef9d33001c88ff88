// kernels: uml-6.12
// memory: 1G
// timeout: 400
// Every field of IP over InfiniBand, from YAML to the kernel and back, judged by ip(8).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '../../src/model/value.ts';
import { everyLinkOf } from '../../src/reconcilers/every-link.ts';
import { kinds } from '../../src/reconcilers/index.ts';
import { tryFields } from './fields/campaign.ts';
import { valuesOfEveryLink } from './fields/every-link.ts';
import { tryOut } from './fields/lacking.ts';
import { output } from './support/command.ts';
import { infinibandPorts } from './support/infiniband.ts';
import { heard, inSync, keep, keepInSync, objectOf, unheard, within } from './support/keeping.ts';
import { until } from './support/until.ts';

const lacksConnections =
  !tryOut('connections of InfiniBand') && 'this ib_ipoib was built without connected mode';

test('every field of an ipoib', async (t) => {
  await tryFields(t, {
    table: 'ipoib',
    kind: 'ipoib',
    fields: { ...everyLinkOf(kinds.ipoib), ...kinds.ipoib.fields },
    // Of masters only a VRF takes one, and a bond, which makes all its members alike.
    companions: [1, 2].map((i) => `link add master${i} type vrf table ${i}`),
    prepare: (ns) => infinibandPorts(t, ns, 3),
    beside: (key) => (key === 'link' ? {} : { link: 'ib0' }),
    values(key, n): readonly Value[] | undefined {
      if (key === 'link') return ['ib0', 'ib1', 'ib2'];
      // What the fabric carries, which bounds a datagram.
      if (key === 'mtu') return [72, 80, 2044, 4082, 4092];
      return valuesOfEveryLink(key, n);
    },
  });
});

test('the link of a port is kept, waited for and let go; its driver makes it', async (t) => {
  t.diagnostic('kind: ipoib');
  const yaml = 'daemon: { sweep: 1s }\nlinks: { ib0: { kind: ipoib, umcast: true, mtu: 2000 } }';
  const { ns, daemon } = await keep(t, yaml);
  await until(async () => (await objectOf(daemon, 'ib0')).state === 'waiting', { within });
  assert.match(String((await objectOf(daemon, 'ib0')).reason), /^no link named ib0; write `link:` if/);

  await infinibandPorts(t, ns);
  await inSync(daemon);
  const shows = async () => {
    const { linkinfo, mtu } = await ns.link('ib0');
    return linkinfo?.info_data?.umcast === '0001' && mtu === 2000;
  };
  assert.ok(await shows(), 'it is as declared');

  // Nobody announces what is written there.
  await output([...ns.enter, 'sh', '-c', 'mount -t sysfs sysfs /mnt && echo 0 > /mnt/class/net/ib0/umcast']);
  await until(shows, { within, what: 'the sweep finds it' });
  await ns.ipBatch(['link set dev ib0 mtu 1300']);
  await until(shows, { within, what: 'the MTU is back' });
  assert.equal(heard(daemon, 'ib0', 'created'), 0);

  daemon.remove('10-links.yaml');
  await inSync(daemon);
  assert.ok(await shows(), 'it is let go as it stands');
});

test('two links in one partition, its key with and without the bit of membership', async (t) => {
  t.diagnostic('kind: ipoib');
  const yaml = `links:
  p0: { kind: ipoib, link: ib0, pkey: 0x8003, umcast: true }
  p1: { kind: ipoib, link: ib0, pkey: 3, mtu: 1600 }`;
  const { ns, daemon } = await keepInSync(t, yaml, (made) => infinibandPorts(t, made));
  const keyOf = async (name: string) => (await ns.link(name)).linkinfo?.info_data?.key;
  assert.deepEqual([await keyOf('p0'), await keyOf('p1')], ['0x8003', '0x8003']);

  await unheard(daemon, () => ns.ipBatch(['link del p1', 'link add p1 link ib0 type ipoib pkey 0x8004']));
  await until(async () => (await keyOf('p1')) === '0x8003', { within, what: 'it is in its partition again' });
  await inSync(daemon);
  assert.equal((await ns.link('p1')).mtu, 1600);
});

test('a change of mode takes the MTU along', { skip: lacksConnections }, async (t) => {
  t.diagnostic('kind: ipoib');
  const yaml = (more: string) => `links: { p0: { kind: ipoib, link: ib0, pkey: 0x8003, ${more} } }`;
  const { ns, daemon } = await keepInSync(t, yaml('mode: connected, mtu: 65520'), (made) =>
    infinibandPorts(t, made),
  );
  const seen = async () => {
    const { linkinfo, mtu } = await ns.link('p0');
    return `${linkinfo?.info_data?.mode} ${mtu}`;
  };
  assert.equal(await seen(), 'connected 65520');

  await ns.ipBatch(['link set dev p0 type ipoib mode datagram']);
  await until(async () => (await seen()) === 'connected 65520', { within, what: 'both are back' });

  daemon.write('10-links.yaml', yaml('mode: datagram, mtu: 2044'));
  await inSync(daemon);
  assert.equal(await seen(), 'datagram 2044');
});
