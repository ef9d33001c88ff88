import { setOf } from '../wire/composites.ts';
import { namedWord, onOff } from '../wire/words.ts';
import { column, defineKind } from './kind.ts';
import { controllerTarget, live, mtuRequest, oneMtu, openMap, remade } from './ovs-columns.ts';
import { mirrors } from './ovs-mirrors.ts';
import { ovsPort } from './ovs-port.ts';
import { qos } from './ovs-qos.ts';

export const ovsBridge = defineKind({
  name: 'ovs-bridge',
  summary: 'A bridge of Open vSwitch, a switch that is programmed by OpenFlow and kept in the OVSDB.',
  when: 'For virtual networks of many hosts, OpenFlow controllers and overlays; for a plain switch take a bridge. ovs-vswitchd has to run; vnetd waits for it.',
  knows: [
    'Where Open vSwitch runs as a user of its own, vnetd has to be of that user’s group to be let in: `systemctl edit vnetd` and, as on Fedora, `[Service]`, `SupplementaryGroups=openvswitch`.',
    'What vnetd makes bears its marks, `vnetd` and `vnetd-of` in `external_ids`: of two vnetd on one database each knows its own by the machine and the folder of its configuration. Taken out of the configuration it is deleted; a row that somebody else made stays, whatever its name, and so does a bridge that has ports of others: vnetd takes its own ports and its marks away, and says which ports are not its own.',
  ],
  owner: 'ovsdb',
  triedOn: [],
  kernel: null,
  address: 'members',
  hostOnly: 'Open vSwitch runs',
  implies: { mtu: 'mtu_request' },
  parts: { list: 'ports', kind: ovsPort, whole: 'bridge' },
  fields: {
    datapath_type: column(
      'Bridge',
      'datapath_type',
      namedWord(['system', 'netdev']),
      remade,
      'Where packets are switched: in the kernel (`system`, the default), or by ovs-vswitchd itself (`netdev`).',
      { empty: 'system', among: 'datapath_types' },
    ),
    fail_mode: column(
      'Bridge',
      'fail_mode',
      namedWord(['standalone', 'secure']),
      live,
      'What the bridge does while no controller is reached: learn addresses by itself, or nothing new.',
    ),
    stp_enable: column(
      'Bridge',
      'stp_enable',
      onOff,
      live,
      'Whether the bridge speaks the spanning tree protocol.',
    ),
    rstp_enable: column(
      'Bridge',
      'rstp_enable',
      onOff,
      live,
      'Whether the bridge speaks the rapid spanning tree protocol.',
    ),
    mcast_snooping_enable: column(
      'Bridge',
      'mcast_snooping_enable',
      onOff,
      live,
      'Forward multicast only to ports that asked for it.',
    ),
    protocols: column(
      'Bridge',
      'protocols',
      setOf(namedWord(['OpenFlow10', 'OpenFlow11', 'OpenFlow12', 'OpenFlow13', 'OpenFlow14', 'OpenFlow15']), {
        max: 6,
      }),
      live,
      'The versions of OpenFlow the bridge speaks; an empty list is all of them.',
      { holds: 'set' },
    ),
    controller: column(
      'Bridge',
      'controller',
      setOf(controllerTarget()),
      live,
      'The OpenFlow controllers, as in `tcp:192.0.2.1:6653`; an empty list is none.',
      { holds: 'rows', rows: { table: 'Controller', column: 'target' } },
    ),
    mtu_request: mtuRequest,
    other_config: openMap(
      'Bridge',
      'other_config',
      { 'mac-aging-time': '60', hwaddr: '02:00:00:00:00:01' },
      'Further settings of the bridge, by key; only those written are kept.',
    ),
    external_ids: openMap(
      'Bridge',
      'external_ids',
      { 'bridge-id': 'br-int' },
      'Keys and values for other programs; only those written are kept.',
    ),
  },
  lists: { qos, mirrors },
  lacks: {
    master: 'join two bridges by a pair of patch ports',
    address: 'its MAC is for Open vSwitch to choose; write `other_config: { hwaddr: … }`',
    vlans: 'its ports keep them, as `tag` and `trunks`',
  },
  lints: [
    oneMtu,
    {
      severity: 'error',
      check({ stp_enable, rstp_enable }) {
        if (stp_enable !== true || rstp_enable !== true) return undefined;
        return {
          key: 'rstp_enable',
          message: 'a bridge speaks one of `stp_enable` and `rstp_enable`, not both',
        };
      },
    },
  ],
});
