// kernels: host uml-6.12 uml-6.1
// memory: 512M
// kernel-arguments: rdma_rxe.fake_ib=1
// What the other tests rely on: which kernel this is, what it starts with, which links it can make.
import assert from 'node:assert/strict';
import { release } from 'node:os';
import { type TestContext, test } from 'node:test';
import { output } from './support/command.ts';
import { ip, ipJson, link } from './support/ip.ts';
import { monitor } from './support/monitor.ts';
import { inNamespace } from './support/namespace.ts';
import { readSysfs, writeSysfs } from './support/sysfs.ts';
import { until } from './support/until.ts';

const kernel = process.env.VNETD_TEST_KERNEL;

test('this is the kernel it is said to be', () => {
  const expected: Record<string, RegExp> = { 'uml-6.12': /^6\.12\.\d+-vnetd$/, 'uml-6.1': /^6\.1\.\d+$/ };
  assert.match(release(), expected[kernel ?? ''] ?? /^(?!.*-vnetd)/);
});

test('it starts with nothing but lo, up', async () => {
  const links = await ipJson('link');
  assert.deepEqual(
    links.map(({ ifname }) => ifname),
    ['lo'],
  );
  assert.ok((await link('lo')).flags.includes('UP'));
  assert.equal(readSysfs('/sys/class/net/lo/ifindex'), '1');
});

const everywhere = words('bridge ifb macvlan macvtap tap tun veth vxlan');
const modular = words(
  'bond dummy erspan geneve gre gretap ip6erspan ip6gre ip6gretap ip6tnl ipip ipvlan ipvtap ' +
    'macsec nlmon sit team vcan vlan vrf vti vti6 vxcan',
);
const ownOnly = words('amt bareudp ipoib netdevsim netkit wireguard xfrm');
/** What can be made; on a host's own kernel no more is tried, for it would keep the modules. */
const makeable: Record<string, string[]> = {
  'uml-6.12': [...everywhere, ...modular, ...ownOnly],
  'uml-6.1': [...everywhere, ...modular],
  host: everywhere,
};
const tried = kernel === 'host' ? everywhere : [...everywhere, ...modular, ...ownOnly];

test('it makes links of these kinds, loading their modules by itself', async (t) => {
  await ip('link', 'add', 'lower', 'type', 'veth', 'peer', 'name', 'other');
  const made: string[] = [];
  const refused: Record<string, string> = {};
  for (const kind of tried) {
    try {
      await make(t, kind);
      made.push(kind);
    } catch (error) {
      refused[kind] = String(error);
    }
  }
  assert.deepEqual(made, makeable[kernel ?? ''], JSON.stringify(refused, null, 1));
});

/** Makes a link of the kind and takes it away again. */
async function make(t: TestContext, kind: string): Promise<void> {
  switch (kind) {
    case 'tun':
    case 'tap':
      await ip('tuntap', 'add', 'x0', 'mode', kind);
      break;
    case 'netdevsim':
      await output(['modprobe', 'netdevsim']);
      writeSysfs('/sys/bus/netdevsim/new_device', '10 1');
      t.after(() => writeSysfs('/sys/bus/netdevsim/del_device', '10'));
      await until(() => ipJson('link', 'show', 'type', 'netdevsim'), { within: 5000 });
      return;
    case 'ipoib':
      // One by one: ib_ipoib has to be there when the port appears.
      await output(['modprobe', 'ib_ipoib']);
      await output(['modprobe', 'rdma_rxe']);
      await ip('link', 'set', 'lower', 'up');
      await output(['rdma', 'link', 'add', 'rxe0', 'type', 'rxe', 'netdev', 'lower']);
      await until(() => link('ib0'), { within: 5000 });
      await output(['rdma', 'link', 'delete', 'rxe0']);
      return;
    default:
      await ip(
        ...['link', 'add', ...(ownLower.has(kind) ? ['link', 'lower'] : []), 'name', 'x0'],
        ...['type', kind, ...words(needed[kind] ?? '')],
      );
  }
  assert.equal((await link('x0')).linkinfo?.info_kind, kind === 'tap' ? 'tun' : kind);
  await ip('link', 'del', 'x0');
}

const ownLower = new Set(words('vlan macvlan macvtap ipvlan ipvtap macsec'));
const needed: Record<string, string> = {
  amt: 'discovery 192.0.2.1 mode gateway local 192.0.2.2 dev lower relay_port 2268',
  bareudp: 'dstport 6635 ethertype ip',
  erspan: 'seq key 5 local 192.0.2.1 remote 192.0.2.2 erspan_ver 1 erspan 5',
  geneve: 'id 5 remote 192.0.2.1',
  gre: 'local 192.0.2.1 remote 192.0.2.2',
  gretap: 'local 192.0.2.1 remote 192.0.2.2',
  ip6erspan: 'seq key 5 local 2001:db8::1 remote 2001:db8::2 erspan_ver 1 erspan 5',
  ip6gre: 'local 2001:db8::1 remote 2001:db8::2',
  ip6gretap: 'local 2001:db8::1 remote 2001:db8::2',
  ip6tnl: 'local 2001:db8::1 remote 2001:db8::2',
  ipip: 'local 192.0.2.1 remote 192.0.2.2',
  sit: 'local 192.0.2.1 remote 192.0.2.2',
  veth: 'peer name x1',
  vlan: 'id 5',
  vrf: 'table 10',
  vti: 'local 192.0.2.1 remote 192.0.2.2 key 5',
  vti6: 'local 2001:db8::1 remote 2001:db8::2 key 5',
  vxcan: 'peer name x1',
  vxlan: 'id 5 dstport 4789',
  xfrm: 'dev lower if_id 5',
};

test('a monitor hears of a link in another namespace, and of its end', async (t) => {
  const ns = await inNamespace(t);
  const notices = await monitor(t, { subjects: ['link'], enter: ns.enter });
  const before = Date.now();
  await ns.ip('link', 'add', 'br0', 'type', 'bridge');
  const added = await notices.first(({ text }) => text.includes(' br0:'), { within: 5000 });
  assert.equal(added.about, 'LINK');
  assert.ok(Math.abs(added.at - before) < 5000, `at ${added.at}, and it was ${before}`);
  await ns.ip('link', 'del', 'br0');
  await notices.first(({ text, deleted }) => deleted && text.includes(' br0:'), { within: 5000 });
  await assert.rejects(ns.link('br0'), /does not exist/);
});

test('waiting for what does not come says what it was', async () => {
  await assert.rejects(
    until(() => link('none'), { within: 50 }),
    (error: Error) => {
      assert.match(error.message, /not so within 50 ms: \(\) => link\('none'\)/);
      assert.match(String(error.cause), /"none" does not exist/);
      return true;
    },
  );
});

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}
