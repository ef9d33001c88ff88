import { mac } from '../wire/addresses.ts';
import { linkRef, setOf } from '../wire/composites.ts';
import { IFLA_MACVLAN, MACVLAN_MACADDR } from '../wire/if-link.ts';
import { s32, u32 } from '../wire/numbers.ts';
import { bitsOf, oneOf } from '../wire/words.ts';
import { ethernetMtu, mtuWithin } from './every-link.ts';
import {
  type ChangeNeed,
  type Circumstances,
  defineKind,
  type Fields,
  info,
  infoPath,
  lower,
  type Taking,
} from './kind.ts';

const live = { change: 'live', notice: 'when-up' } as const;

/** MACVLAN_MACADDR_SET in a u32, host order. */
const replaceAll = new Uint8Array(Uint32Array.of(MACVLAN_MACADDR.SET).buffer);

/** What macvlan and macvtap have, which share everything but the way to user space. */
export const macvlanFields = {
  mtu: mtuWithin(ethernetMtu),
  link: lower(
    linkRef(),
    { change: 'recreate', notice: 'always', required: true, elsewhere: true },
    'The link underneath.',
  ),
  mode: info(
    IFLA_MACVLAN.MODE,
    oneOf(u32(), { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 }),
    { change: passthruIsForLife, notice: 'when-up', beside: ['mode'] },
    'Who the children of one link can talk to.',
  ),
  flag: info(
    IFLA_MACVLAN.FLAGS,
    bitsOf({ nopromisc: 1, nodst: 2 }, { null: 0 }),
    live,
    '`nopromisc`: in passthru, leave the link underneath as it is; `nodst`: in source mode, ignore the destination.',
  ),
  macaddr: info(
    IFLA_MACVLAN.MACADDR_DATA,
    setOf(mac(), { attribute: IFLA_MACVLAN.MACADDR }),
    { ...live, absent: [] },
    'In source mode: the senders to take packets from.',
    { along: { path: infoPath(IFLA_MACVLAN.MACADDR_MODE), payload: replaceAll } },
  ),
  bcqueuelen: info(
    IFLA_MACVLAN.BC_QUEUE_LEN,
    u32(),
    live,
    'Length of the queue for broadcast and multicast, in packets.',
  ),
  // One for all on the link underneath, reported where it is not 1; a sibling’s request is announced of the sibling alone.
  bclim: info(
    IFLA_MACVLAN.BC_CUTOFF,
    s32(),
    { change: 'live', notice: 'never', absent: 1, since: '6.4' },
    'How many may listen to a group before its packets take the queue; below 0: none ever do.',
  ),
} as const satisfies Fields;

/** They share the one underneath with each other and with nobody else. */
export const macvlanTakes: Taking = { from: ['link'], sharedAs: 'macvlan', inCommon: ['bclim'] };

export const macvlanLeft = {
  MACADDR_MODE: 'what to do with `macaddr`: the list is always sent whole',
  MACADDR: 'a single one of `macaddr`',
  MACADDR_COUNT: 'a counter',
  BC_QUEUE_LEN_USED: 'what the longest queue of all children comes to',
} as const;

export const macvlanKnows: readonly string[] = [
  'Children cannot reach their parent, nor it them: where they have to, use a bridge, or give the host a child of its own.',
  'In mode vepa children reach each other only through a switch port that sends frames back (hairpin, reflective relay).',
  'Each child is a MAC more on the switch port: port security and Wi-Fi allow one, where ipvlan works.',
  'A passthru child has the link for itself.',
];

export const macvlan = defineKind({
  name: 'macvlan',
  summary: 'A link with a MAC of its own on top of another.',
  when: 'To put a container on the network of a card without a bridge. Where the switch allows one MAC a port, or over Wi-Fi: ipvlan.',
  knows: macvlanKnows,
  takes: macvlanTakes,
  fields: macvlanFields,
  left: macvlanLeft,
});

/** macvlan_changelink: a child is passthru from its making to its end. */
function passthruIsForLife({ found, wanted }: Circumstances): ChangeNeed {
  return [found.mode, wanted.mode].includes('passthru') ? 'recreate' : 'live';
}
