import { linkRef } from '../wire/composites.ts';
import { IFLA_NETKIT } from '../wire/if-link.ts';
import { u32 } from '../wire/numbers.ts';
import { oneOf, onOff } from '../wire/words.ts';
import { ethernetMtu, mtuWithin } from './every-link.ts';
import { type ChangeNeed, type Circumstances, defineKind, info, type Lint, peer } from './kind.ts';

const made = { change: 'recreate', notice: 'always', ofPair: true } as const;

/** The kernel takes a change of either end through the first one only, and announces it of that one only (netkit_change_link). */
const throughFirst = {
  change: ({ found }: Circumstances): ChangeNeed => (found.primary === false ? 'recreate' : 'live'),
  notice: 'never',
  beside: ['primary'],
  ofPair: true,
} as const;

const policies = oneOf(u32(), { forward: 0, blackhole: 2 });
const scrubs = oneOf(u32(), { default: 1, none: 0 });

const addressInL3: Lint = {
  severity: 'error',
  check: ({ address, mode }) =>
    address === undefined || mode === 'l2'
      ? undefined
      : { key: 'address', message: 'a netkit has an `address` only in `mode: l2`; without a mode it is l3' },
};

export const netkit = defineKind({
  name: 'netkit',
  summary: 'A pair of links for containers, whose packets BPF programs decide about on the way.',
  when: 'Where Cilium or the like attaches programs to it; without a program it passes packets on as a veth does.',
  knows: ['Programs for both ends are attached through the end that the pair was made by.'],
  triedOn: ['6.12'],
  kernel: { kind: 'netkit', since: '6.7' },
  fields: {
    mtu: mtuWithin(ethernetMtu),
    peer: peer(
      IFLA_NETKIT.PEER_INFO,
      linkRef(),
      { change: 'recreate', notice: 'always', required: true, elsewhere: true },
      'The other end.',
    ),
    mode: info(
      IFLA_NETKIT.MODE,
      oneOf(u32(), { l2: 0, l3: 1 }),
      made,
      'Whether it carries Ethernet or only IP; l3 where nothing is written.',
    ),
    policy: info(
      IFLA_NETKIT.POLICY,
      policies,
      throughFirst,
      'What becomes of a packet sent here that no program decides about.',
    ),
    peer_policy: info(
      IFLA_NETKIT.PEER_POLICY,
      policies,
      throughFirst,
      'The same of the other end; what is said of a pair is said on one of its ends.',
    ),
    scrub: info(
      IFLA_NETKIT.SCRUB,
      scrubs,
      made,
      'Whether mark and priority of a packet are cleared when it enters another namespace.',
    ),
    peer_scrub: info(IFLA_NETKIT.PEER_SCRUB, scrubs, made, 'The same of the other end.'),
  },
  told: {
    primary: info(
      IFLA_NETKIT.PRIMARY,
      onOff,
      { change: 'fixed', notice: 'always' },
      'Whether the pair was made by this end.',
    ),
  },
  lints: [addressInL3],
  left: { PRIMARY: 'tells which end the pair was made by' },
});
