import { setOf } from '../wire/composites.ts';
import { u16 } from '../wire/numbers.ts';
import { vlanSet } from '../wire/vlan-sets.ts';
import { onOff } from '../wire/words.ts';
import { portOnAnyBridge } from './ovs-columns.ts';
import { entryList } from './ovs-entries.ts';

/** The mirrors of a bridge (table Mirror of ovs-vswitchd.conf.db(5)). What a mirror selects and where it sends it is one whole. */
export const mirrors = entryList({
  name: 'mirrors',
  summary:
    'Copies of packets of the bridge, by name: which ones, and where they go. What is not written of one is empty. A mirror waits for the ports it names, which need not be declared.',
  canBeComplete: true,
  rows: {
    table: 'Mirror',
    one: 'a mirror',
    within: 'mirrors',
    columns: {
      select_all: {
        type: onOff,
        doc: 'Every packet that comes in or goes out by any port.',
        holds: 'one',
        empty: false,
      },
      select_src_port: {
        type: setOf(portOnAnyBridge(), { max: 4096 }),
        doc: 'Packets that come in by these ports of the bridge.',
        holds: 'ports',
        empty: [],
      },
      select_dst_port: {
        type: setOf(portOnAnyBridge(), { max: 4096 }),
        doc: 'Packets that go out by these ports of the bridge.',
        holds: 'ports',
        empty: [],
      },
      select_vlan: {
        type: vlanSet(),
        doc: 'Of those only packets of these VLANs.',
        holds: 'set',
        empty: [],
      },
      output_port: {
        type: portOnAnyBridge(),
        doc: 'The port of the bridge they go to, which is for them alone from then on.',
        holds: 'port',
        empty: null,
      },
      output_vlan: {
        type: u16({ min: 1, max: 4095 }),
        doc: 'The VLAN they go to, instead of a port.',
        holds: 'one',
        empty: null,
      },
      snaplen: {
        type: u16({ min: 14 }),
        doc: 'So many bytes of each packet and no more.',
        holds: 'one',
        empty: null,
      },
    },
  },
  check({ output_port, output_vlan }) {
    if (output_port !== undefined && output_vlan !== undefined)
      return { key: 'output_vlan', message: 'a mirror has one of `output_port` and `output_vlan`, not both' };
    if (output_port === undefined && output_vlan === undefined)
      return { message: 'a mirror needs `output_port` or `output_vlan`: where what it selects goes' };
    return undefined;
  },
  samples: [
    { select_all: true, output_port: 'p9' },
    { select_src_port: ['p1', 'p2'], select_vlan: [2, 3], output_vlan: 9, snaplen: 64 },
  ],
  refused: ['', 'none', 'span'],
});
