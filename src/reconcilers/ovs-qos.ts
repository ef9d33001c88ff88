import { Misfit } from '../model/written.ts';
import { u8 } from '../wire/numbers.ts';
import { textMap } from '../wire/text-maps.ts';
import type { WireType } from '../wire/type.ts';
import { namedWord } from '../wire/words.ts';
import { entryList } from './ovs-entries.ts';

/** What ovs-vswitchd.conf.db(5) names. */
const types = [
  ...['linux-htb', 'linux-hfsc', 'linux-sfq', 'linux-codel', 'linux-fq_codel', 'linux-netem', 'linux-noop'],
  ...['egress-policer', 'trtcm-policer'],
];

/** Settings that hold a whole number; ovs-vswitchd takes what it cannot read for another one, and says nothing. */
const numbers: ReadonlySet<string> = new Set([
  ...['max-rate', 'min-rate', 'burst', 'priority', 'cir', 'cbs', 'eir', 'ebs'],
  ...['perturb', 'quantum', 'latency', 'limit', 'loss'],
]);

type Settings = WireType<{ readonly [key: string]: string }>;

function settings(samples: Settings['samples']): Settings {
  const map = textMap(samples);
  return {
    ...map,
    read(written) {
      const read = map.read(written);
      for (const { key, value } of written.is === 'map' ? written.entries : []) {
        if (numbers.has(key.text) && !/^[0-9]+$/.test(read[key.text] ?? ''))
          throw new Misfit(value, `\`${key.text}\` is a whole number, and ${read[key.text]} is none`);
      }
      return read;
    },
  };
}

/** Qualities of service for the ports of a bridge (tables QoS and Queue of ovs-vswitchd.conf.db(5)). */
export const qos = entryList({
  name: 'qos',
  summary:
    'Qualities of service by name, for the ports of this bridge that say `qos: NAME`: how what leaves by them is queued. Whether a port names one or not, it is kept in the database while it is written here, and taken from it, and from the ports that have it, when it is not.',
  canBeComplete: false,
  rows: {
    table: 'QoS',
    one: 'a QoS',
    columns: {
      type: { type: namedWord(types), doc: 'How it is done; must be written.', holds: 'one' },
      other_config: {
        type: settings([{ 'max-rate': '1000000000' }, {}]),
        doc: 'Settings of that type, by key; only those written are kept.',
        holds: 'map',
      },
    },
    numbered: {
      key: 'queues',
      table: 'Queue',
      one: 'a queue',
      most: 0xffff_ffff,
      doc: 'Its queues by number, each with `dscp` (the mark its packets get, 0 to 63) and `other_config` (its settings by key); `{}` is one with neither. Queue 0 is for all that is told no other.',
      columns: {
        dscp: { type: u8({ max: 63 }), doc: 'The DSCP its packets are marked with.', holds: 'one' },
        other_config: {
          type: settings([{ 'min-rate': '1000' }, {}]),
          doc: 'Settings of the queue, by key; only those written are kept.',
          holds: 'map',
        },
      },
    },
  },
  check({ type }) {
    return type === undefined ? { message: 'a QoS needs `type`, such as linux-htb' } : undefined;
  },
  samples: [
    { type: 'linux-htb', 'other_config.max-rate': '1000', 'queues.0.dscp': 10, 'queues.1': true },
    { type: 'linux-sfq' },
  ],
  refused: ['', 'none', 'gold'],
});
