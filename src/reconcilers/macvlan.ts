import { mac } from '../wire/addresses.ts';
import { linkRef, setOf } from '../wire/composites.ts';
import { IFLA_MACVLAN } from '../wire/if-link.ts';
import { u16, u32 } from '../wire/numbers.ts';
import { oneOf } from '../wire/words.ts';
import { defineKind, info, lower } from './kind.ts';

export const macvlan = defineKind({
  name: 'macvlan',
  summary: 'A link with a MAC of its own on top of another.',
  when: 'To put a container on the network of a card without a bridge; children cannot reach their parent. Where the switch allows one MAC a port, or over Wi-Fi: ipvlan.',
  fields: {
    link: lower(linkRef(), { change: 'recreate', notice: 'always', required: true }, 'The link underneath.'),
    mode: info(
      IFLA_MACVLAN.MODE,
      oneOf(u32(), { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 }),
      { change: 'live', notice: 'when-up' },
      'Who the children of one link can talk to.',
    ),
    flag: info(
      IFLA_MACVLAN.FLAGS,
      oneOf(u16(), { none: 0, nopromisc: 1, nodst: 2 }, { null: 0 }),
      { change: 'live', notice: 'when-up' },
      '`nopromisc`: in passthru, leave the link underneath as it is; `nodst`: in source mode, ignore the destination.',
    ),
    macaddr: info(
      IFLA_MACVLAN.MACADDR,
      setOf(mac()),
      { change: 'live', notice: 'when-up', absent: [] },
      'In source mode: the senders to take packets from.',
    ),
    bcqueuelen: info(
      IFLA_MACVLAN.BC_QUEUE_LEN,
      u32(),
      { change: 'live', notice: 'when-up' },
      'Length of the queue for broadcast and multicast, in packets.',
    ),
  },
});
