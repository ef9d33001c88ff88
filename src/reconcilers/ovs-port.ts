import { didYouMean, nearest } from '../model/nearest.ts';
import type { Values } from '../model/value.ts';
import { mac } from '../wire/addresses.ts';
import { linkRef, setOf } from '../wire/composites.ts';
import { u16, u32 } from '../wire/numbers.ts';
import { vlanSet } from '../wire/vlan-sets.ts';
import { namedWord } from '../wire/words.ts';
import { column, defineKind, type Lint } from './kind.ts';
import {
  live,
  mtuRequest,
  nameOfEntry,
  oneMac,
  oneMtu,
  openMap,
  portOnAnyBridge,
  remade,
} from './ovs-columns.ts';
import { fieldsIn } from './ovs-entries.ts';

const tunnels = [
  ...['gre', 'ip6gre', 'vxlan', 'geneve', 'erspan', 'ip6erspan'],
  ...['gtpu', 'bareudp', 'lisp', 'stt'],
] as const;

/** What ovs-vswitchd.conf.db(5) names, but for what DPDK and AF_XDP bring. */
const types = ['system', 'internal', 'patch', ...tunnels];

const patchNeedsPeer: Lint = {
  severity: 'error',
  check({ type, peer }) {
    if (type === 'patch' && peer === undefined)
      return { key: 'type', message: 'a patch port needs `peer`: the patch port at its other end' };
    if (type !== 'patch' && peer !== undefined)
      return { key: 'peer', message: `\`peer\` is a key of patch ports, and this one is \`type: ${type}\`` };
    return undefined;
  },
};

const peerIsNotAnOption: Lint = {
  severity: 'error',
  check(fields) {
    if (fields['options.peer'] === undefined) return undefined;
    return { key: 'options.peer', message: 'write `peer: …` on the port itself, not among its `options`' };
  },
};

const tunnelNeedsRemote: Lint = {
  severity: 'error',
  check(fields) {
    if (!isTunnel(fields) || fields['options.remote_ip'] !== undefined) return undefined;
    const slip = optionsIn(fields).find((option) => nearest(option, ['remote_ip']) !== undefined);
    const meant = slip === undefined ? '' : `; \`${slip}\` is none`;
    return {
      key: 'type',
      message: `a port of type ${fields.type} needs \`options: { remote_ip: … }\`, an address or \`flow\`${meant}`,
    };
  },
};

/** What a tunnel's `options` may have (ovs-vswitchd.conf.db(5), Tunnel Options and IPsec). */
const tunnelOptions = [
  ...['remote_ip', 'local_ip', 'in_key', 'out_key', 'key', 'dst_port', 'tos', 'ttl', 'df_default'],
  ...['egress_pkt_mark', 'csum', 'seq', 'exts', 'packet_type', 'payload_type'],
  ...['erspan_idx', 'erspan_ver', 'erspan_dir', 'erspan_hwid'],
  ...['psk', 'remote_cert', 'remote_name'],
];

/** Later versions may have more: only what looks like one of these is taken for a slip. */
const tunnelHasOption: Lint = {
  severity: 'warning',
  check(fields) {
    if (!isTunnel(fields)) return undefined;
    for (const option of optionsIn(fields)) {
      if (tunnelOptions.includes(option)) continue;
      const meant = didYouMean(option, tunnelOptions);
      const message = `Open vSwitch passes over \`${option}\` among the options of a tunnel${meant}`;
      if (meant !== '') return { key: `options.${option}`, message };
    }
    return undefined;
  },
};

/** RFC 7348 and RFC 8926 have 24 bits for it. */
const vniHasRange: Lint = {
  severity: 'error',
  check({ type, 'options.key': key }) {
    if ((type !== 'vxlan' && type !== 'geneve') || !(Number(key) > 0xff_ffff)) return undefined;
    return { key: 'options.key', message: `a ${type} has no VNI ${key}: the highest is 16777215` };
  },
};

const trunksOfAnAccessPort: Lint = {
  severity: 'warning',
  check({ tag, trunks, vlan_mode }) {
    if (tag === undefined || !Array.isArray(trunks) || trunks.length === 0 || vlan_mode !== undefined)
      return undefined;
    const message =
      'with a `tag` and no `vlan_mode` it is an access port, and its `trunks` count for nothing; `vlan_mode: native-untagged` makes it a trunk';
    return { key: 'trunks', message };
  },
};

const bondNeedsMembers: Lint = {
  severity: 'error',
  check(fields) {
    const key = Object.keys(fields).find((one) => one.startsWith('bond.'));
    const members = fields['bond.members'];
    if (key === undefined || (Array.isArray(members) && members.length > 0)) return undefined;
    return { key, message: 'a bond needs `members`, the links that are bonded' };
  },
};

const bondHasNoInterfaceKeys: Lint = {
  severity: 'error',
  check(fields) {
    if (!isBond(fields)) return undefined;
    if (fields.type !== 'system')
      return {
        key: 'type',
        message: `the members of a bond are links of the host’s, not of type ${fields.type}`,
      };
    const key = Object.keys(fields).find((one) => one !== 'type' && isOfOneInterface(one));
    if (key === undefined) return undefined;
    return { key, message: `\`${key}\` is a key of a port with one interface, and this one is a bond` };
  },
};

/** Whether a key, or what stands inside it, is of the interface, of which a bond has several. */
function isOfOneInterface(key: string): boolean {
  const row = ovsPort.fields[key.split('.')[0] ?? ''];
  return row?.place.at === 'ovsdb' && row.place.table === 'Interface';
}

function optionsIn(fields: Values): readonly string[] {
  return Object.keys(fieldsIn(fields, 'options'));
}

function isTunnel({ type }: Values): boolean {
  return (tunnels as readonly unknown[]).includes(type);
}

function isBond(fields: Values): boolean {
  return fields['bond.members'] !== undefined;
}

function hasLink({ type }: Values): boolean {
  return type === 'internal';
}

export const ovsPort = defineKind({
  name: 'ovs-port',
  summary: 'A port of an Open vSwitch bridge, with the interface behind it.',
  when: 'To put a link that is there into an Open vSwitch bridge (`system`), to give the host one of its own there (`internal`), to join two bridges (`patch`), or to tunnel to another host.',
  declaredUnder: 'ports',
  owner: 'ovsdb',
  triedOn: [],
  kernel: null,
  unwritten: { type: 'system' },
  // It holds internal ports at the least MTU of the bridge’s others unless asked (update_mtu in ofproto/ofproto.c).
  implies: { mtu: 'mtu_request' },
  hasLink,
  needs: ({ name, fields }) => (fields.type === 'system' && !isBond(fields) ? [name] : []),
  groups: {
    bond: {
      doc: 'Several links of the host’s as one port: a bond that Open vSwitch makes.',
      fields: {
        members: column(
          'Port',
          'interfaces',
          setOf(linkRef({ samples: ['eth0', 'eth1'] }), { max: 64 }),
          { ...live, fromTheStart: true },
          'The links that are bonded; each comes in when it is there.',
          { holds: 'interfaces' },
        ),
        bond_mode: column(
          'Port',
          'bond_mode',
          namedWord(['active-backup', 'balance-slb', 'balance-tcp']),
          live,
          'How packets are spread over the members; `balance-tcp` wants LACP.',
        ),
        lacp: column(
          'Port',
          'lacp',
          namedWord(['active', 'passive', 'off']),
          live,
          'Whether the switch at the other end is spoken to by LACP.',
        ),
        bond_updelay: column(
          'Port',
          'bond_updelay',
          u32({ max: 0x7fff_ffff }),
          live,
          'How long a member’s carrier has to be up before it is used, in milliseconds.',
        ),
        bond_downdelay: column(
          'Port',
          'bond_downdelay',
          u32({ max: 0x7fff_ffff }),
          live,
          'How long a member’s carrier has to be down before it is no longer used, in milliseconds.',
        ),
      },
    },
  },
  fields: {
    bridge: column(
      'Bridge',
      'name',
      linkRef({ samples: ['ovsbr0', 'ovsbr1'] }),
      { ...live, implied: true },
      'The bridge it is a port of.',
      { holds: 'holder' },
    ),
    type: column(
      'Interface',
      'type',
      namedWord(types),
      remade,
      'What is behind the port: a link of the host’s (`system`, the default), one that Open vSwitch makes, or a tunnel.',
      { empty: 'system', among: 'iface_types' },
    ),
    peer: column(
      'Interface',
      'options',
      portOnAnyBridge(),
      { ...live, fromTheStart: true },
      'The patch port at the other end, on whatever bridge it is.',
      { holds: 'map', key: 'peer' },
    ),
    options: openMap(
      'Interface',
      'options',
      { remote_ip: '198.51.100.3', key: 'flow' },
      'Settings of the port’s type, by key, such as the `remote_ip` of a tunnel; only those written are kept.',
      tunnelOptions,
    ),
    tag: column(
      'Port',
      'tag',
      u16({ max: 4095 }),
      live,
      'The VLAN of an access port, or the native VLAN of a trunk.',
    ),
    trunks: column(
      'Port',
      'trunks',
      vlanSet(),
      live,
      'The VLANs a trunk carries; an empty list is all of them.',
      { holds: 'set' },
    ),
    vlan_mode: column(
      'Port',
      'vlan_mode',
      namedWord(['access', 'dot1q-tunnel', 'native-tagged', 'native-untagged', 'trunk']),
      live,
      'How the port treats VLAN tags; without it a port with a `tag` is an access port, and any other a trunk.',
    ),
    cvlans: column(
      'Port',
      'cvlans',
      vlanSet(),
      live,
      'The customer’s VLANs a port in `vlan_mode: dot1q-tunnel` takes; an empty list is all of them.',
      { holds: 'set' },
    ),
    qos: column(
      'Port',
      'qos',
      nameOfEntry(['gold', 'bulk']),
      live,
      'How what leaves by it is queued: one of the `qos` of its bridge by its name; `none` is none at all.',
      { holds: 'entry', entryOf: 'qos', empty: 'none' },
    ),
    mac: column(
      'Interface',
      'mac',
      mac(),
      live,
      'The MAC address Open vSwitch gives an internal port; without it one is made up.',
    ),
    mtu_request: mtuRequest,
    ofport_request: column(
      'Interface',
      'ofport_request',
      u16({ min: 1, max: 65279 }),
      live,
      'The OpenFlow port number asked for.',
    ),
    other_config: openMap(
      'Port',
      'other_config',
      { 'priority-tags': 'if-nonzero', 'lacp-time': 'fast' },
      'Further settings of the port, such as `lacp-time` of a bond, by key; only those written are kept.',
    ),
    external_ids: openMap(
      'Interface',
      'external_ids',
      { 'iface-id': '6b9f6d0e-port', 'iface-status': 'active' },
      'Keys and values for other programs, on the interface, where they look for `iface-id`; only those written are kept.',
    ),
  },
  lacks: {
    master: 'it is a port of the bridge it stands under, and of no other',
    vlans: 'its VLANs are `tag` and `trunks`',
  },
  lints: [
    patchNeedsPeer,
    peerIsNotAnOption,
    tunnelNeedsRemote,
    tunnelHasOption,
    vniHasRange,
    trunksOfAnAccessPort,
    oneMac,
    oneMtu,
    bondNeedsMembers,
    bondHasNoInterfaceKeys,
  ],
});
