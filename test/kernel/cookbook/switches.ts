import { uptime } from 'node:os';
import type { Test } from '../support/command.ts';
import { within } from '../support/keeping.ts';
import type { Namespace } from '../support/namespace.ts';
import { type OpenVSwitch, openVSwitch } from '../support/ovs.ts';
import { until } from '../support/until.ts';
import { type Beside, type Proof, type Proofs, vlanOfLan } from './proof.ts';
import type { Recipe } from './recipes.ts';

const joined = 'Open vSwitch: two bridges and a patch cable';

/** An Open vSwitch of the host's own, which its tools find where they always do. */
async function beside(t: Test, host: Namespace): Promise<Beside> {
  // In the first ten seconds of a kernel ovs-vswitchd counts no CPU (count_cpu_cores in lib/ovs-thread.c), starts no
  // thread for packets whose flow is new, and none passes.
  await until(() => uptime() > 10, { within, what: 'the kernel runs for ten seconds' });
  const ovs = await openVSwitch(t, host.enter);
  return { args: ['--ovsdb', ovs.address], env: { OVS_RUNDIR: ovs.folder }, world: () => rowsOf(ovs) };
}

/** Without what says how the rows came to be, and what ovs-vswitchd tells of them. */
const compared: Readonly<Record<'Bridge' | 'Port' | 'Interface', string>> = {
  Bridge: 'name,fail_mode,stp_enable,rstp_enable,mcast_snooping_enable,protocols,other_config',
  Port: 'name,tag,trunks,vlan_mode,cvlans,bond_mode,lacp,bond_updelay,bond_downdelay,other_config',
  Interface: 'name,type,options,mac,mtu_request,ofport_request,other_config',
};

/** The rows of a database, by table, and what is in what. */
async function rowsOf(ovs: OpenVSwitch): Promise<unknown> {
  const world: Record<string, unknown> = {};
  for (const [table, columns] of Object.entries(compared)) {
    const text = await ovs.vsctl('--format=json', `--columns=${columns}`, 'list', table);
    const { data } = JSON.parse(text) as { readonly data: readonly (readonly unknown[])[] };
    world[table] = data.map((row) => JSON.stringify(row)).sort();
  }
  const bridges = (await ovs.vsctl('list-br')).split('\n').filter(Boolean);
  for (const bridge of bridges)
    world[bridge] = [await ovs.vsctl('list-ports', bridge), await ovs.vsctl('list-ifaces', bridge)];
  return world;
}

/** The host's kernel need not have a datapath: there ovs-vswitchd itself switches the same bridges. */
function withDatapath(recipe: Recipe): Recipe {
  if (process.env.VNETD_TEST_KERNEL !== 'host') return recipe;
  return {
    ...recipe,
    commands: recipe.commands.map((text) =>
      text.replace(/add-br (\w+)/g, 'add-br $1 -- set Bridge $1 datapath_type=netdev'),
    ),
    yaml: recipe.yaml.map((text) =>
      text
        .replace(/^( +)kind: ovs-bridge$/gm, '$1kind: ovs-bridge\n$1datapath_type: netdev')
        .replaceAll('{ kind: ovs-bridge', '{ kind: ovs-bridge, datapath_type: netdev'),
    ),
  };
}

const common: Pick<Proof, 'kinds' | 'beside' | 'adapted'> = {
  kinds: ['ovs-bridge', 'ovs-port'],
  beside,
  adapted: withDatapath,
};

/** The other end of a tunnel, which has no Open vSwitch. */
function otherEnd(link: string): string {
  return `
    ip -n lan link add ${link}
    ip -n lan addr add 10.0.0.254/24 dev t0
    ip -n lan link set t0 up`;
}

/** Bridges and ports of Open vSwitch. */
export const switches: Proofs = {
  'Open vSwitch: bridge with a NIC': {
    ...common,
    cards: ['eth0'],
    drifts: [
      'ovs-vsctl del-br ovsbr0',
      'ovs-vsctl del-port eth0',
      'ip link set ovsbr0 down',
      'ip link set eth0 down',
    ],
  },
  'Open vSwitch: ports in VLANs 2 and 3': {
    ...common,
    kinds: [...common.kinds, 'veth'],
    drifts: [
      'ovs-vsctl set Port veth2 tag=3',
      'ovs-vsctl set Port veth3 tag=2',
      'ovs-vsctl del-port veth1',
      'ovs-vsctl del-br ovsbr0',
      'ip link del veth1',
    ],
  },
  'Open vSwitch: internal port': {
    ...common,
    kinds: [...common.kinds, 'vlan'],
    cards: ['eth0'],
    before: vlanOfLan(2),
    drifts: [
      'ovs-vsctl del-port p0',
      'ovs-vsctl set Port p0 tag=3',
      `ovs-vsctl set Interface p0 mac='"02:00:00:00:00:03"'`,
      'ovs-vsctl set Interface p0 type=patch',
      'ip addr flush dev p0',
    ],
  },
  [joined]: {
    ...common,
    cards: ['eth0'],
    drifts: [
      'ovs-vsctl del-port p1',
      'ovs-vsctl set Interface p2 options:peer=p9',
      'ovs-vsctl del-br ovsbr1',
      'ovs-vsctl del-port p2 -- add-port ovsbr0 p2 -- set Interface p2 type=patch options:peer=p1',
    ],
  },
  'Open vSwitch: bond': {
    ...common,
    cards: ['eth0', 'eth1'],
    drifts: [
      'ovs-vsctl del-bond-iface bond0 eth1',
      'ovs-vsctl set Port bond0 bond_mode=balance-slb',
      'ovs-vsctl del-port bond0',
    ],
  },
  'Open vSwitch: vxlan tunnel': {
    ...common,
    kinds: [...common.kinds, 'vxlan'],
    needsKernelDatapath: true,
    cards: ['eth0'],
    before: otherEnd('t0 type vxlan id 100 remote 192.0.2.1 dstport 4789'),
    drifts: [
      'ovs-vsctl del-port vx0',
      'ovs-vsctl set Interface vx0 options:key=101',
      'ovs-vsctl remove Interface vx0 options remote_ip',
    ],
  },
  'Open vSwitch: gre tunnel': {
    ...common,
    kinds: [...common.kinds, 'gretap'],
    needsKernelDatapath: true,
    cards: ['eth0'],
    before: otherEnd('t0 type gretap local 192.0.2.254 remote 192.0.2.1 key 7'),
    drifts: [
      'ovs-vsctl del-port g0',
      'ovs-vsctl set Interface g0 options:remote_ip=192.0.2.99',
      'ovs-vsctl set Interface g0 type=internal',
      'ovs-vsctl set Interface ovsbr0 mtu_request=1400',
    ],
  },
  'Open vSwitch: taking away': {
    ...common,
    on: joined,
    instead: true,
    cards: ['eth0'],
    before: 'ip link add tap9 type veth peer name tap8',
    between: 'ovs-vsctl add-port ovsbr0 tap9',
    drifts: [],
  },
};
