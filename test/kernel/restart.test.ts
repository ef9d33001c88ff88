// kernels: uml-6.12 uml-6.1
// On a host in sync vnetd comes and goes without a trace.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDaemon } from './support/daemon.ts';
import { heard, hears, inSync, keep, keepInSync, objectsOf, within } from './support/keeping.ts';
import { monitor } from './support/monitor.ts';
import { isRead, requests } from './support/requests.ts';
import { until } from './support/until.ts';

const yaml = `daemon: { sweep: 1s }
links:
  bond0:
    kind: bond
    mode: active-backup
    miimon: 100
    members: [d0, d1]
    primary: d0
    addresses: [192.0.2.10/24, "2001:db8::10/64"]
  bond0.100: { kind: vlan, link: bond0, id: 100, addresses: [198.51.100.10/24] }
  br0: { kind: bridge, vlan_filtering: true, ports: [v0], exclusive: true, forward_delay: 200 }
  v0: { kind: veth, peer: v1, vlans: [{ vid: 10, pvid: true, untagged: true }, { vid: 20-22 }], alias: to the core }
  v1: { kind: veth, peer: v0, altnames: [the-other-end] }
  vx0: { kind: vxlan, id: 100, local: 192.0.2.10, remote: 203.0.113.2, dstport: 4789, dev: bond0, master: br0 }
  mac0: { kind: macvlan, link: v1, mode: bridge }
  vrf0: { kind: vrf, table: 10, members: [d2] }
`;

test('stop, start, reload, crash and sweep change nothing', async (t) => {
  const { ns, daemon } = await keepInSync(t, yaml, (ns) =>
    ns.ipBatch(['d0', 'd1', 'd2'].map((name) => `link add ${name} type dummy`)),
  );
  const settled = async () => {
    const links = await ns.ipJson('address', 'show');
    const addresses = links.flatMap(({ addr_info }) => addr_info as { readonly tentative?: boolean }[]);
    const ports = [await ns.link('v0'), await ns.link('vx0')].map(
      ({ linkinfo }) => linkinfo?.info_slave_data,
    );
    return (
      addresses.every(({ tentative }) => tentative !== true) &&
      ports.every((port) => port?.state === 'forwarding')
    );
  };
  await until(settled, { within, what: 'no address is tentative, and the bridge forwards' });
  const asked = await requests(t, ns);
  const notices = await monitor(t, { subjects: ['all'], enter: ns.enter });
  const writes = () => asked.seen.slice(1).filter((request) => !isRead(request));
  const reads = () => asked.seen.filter(isRead).length;
  const declared = (await objectsOf(daemon)).length;
  const restart = async () => {
    const before = reads();
    const successor = await startDaemon(t, { enter: ns.enter }, daemon.folders);
    await until(async () => (await objectsOf(successor)).length === declared, { within });
    await until(() => reads() > before, { within, what: 'it read the world' });
    return successor;
  };
  const sweeps = async () => {
    const before = reads();
    await until(() => reads() >= before + 4, {
      within,
      what: 'sweeps read what the kernel does not announce',
    });
  };

  await sweeps();
  assert.deepEqual([(await daemon.stop()).code, writes()], [0, []]);
  const second = await restart();
  await sweeps();
  assert.deepEqual([(await second.stop('SIGKILL')).signal, writes()], ['SIGKILL', []]);
  const third = await restart();
  third.signal('SIGHUP');
  await third.notifications.first(({ fields }) => fields.RELOADING === '1', { within });
  await sweeps();
  assert.deepEqual(writes(), []);
  for (const one of [second, third]) {
    for (const event of ['created', 'adopted', 'drift', 'restored', 'removed', 'released']) {
      const said = one.journal.seen.filter(({ fields }) => fields.event === event);
      assert.deepEqual(said, [], event);
    }
  }
  assert.deepEqual(
    notices.seen.filter(({ about }) => about !== 'NEIGH'),
    [],
  );

  // The ears were open all the time.
  await ns.ip('link', 'set', 'v1', 'mtu', '1400');
  await until(() => writes().length > 0 && notices.seen.length > 0, { within });
  assert.equal(heard(third, 'v1', 'drift'), 0);
  await inSync(third, 'bond0', 'br0', 'v0', 'v1', 'vx0');
});

test('what the kernel refused is not asked for again by a sweep', async (t) => {
  const { ns, daemon } = await keep(
    t,
    `daemon: { sweep: 1s }
links:
  br0: { kind: bridge }
  br9: { master: br0 }`,
    (ns) => ns.ip('link', 'add', 'br9', 'type', 'bridge'),
  );
  await hears(daemon, 'br9', 'refused');
  await inSync(daemon, 'br0');
  const asked = await requests(t, ns);
  await until(() => asked.seen.filter(isRead).length > 8, { within, what: 'four sweeps read the links' });
  assert.deepEqual(
    asked.seen.slice(1).filter((request) => !isRead(request)),
    [],
  );
  assert.equal(heard(daemon, 'br9', 'refused'), 1);
});
