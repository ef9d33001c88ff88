import { linkRef } from '../wire/composites.ts';
import { IFLA_IPOIB } from '../wire/if-link.ts';
import { u16 } from '../wire/numbers.ts';
import { partitionKey } from '../wire/partition-key.ts';
import { oneOf, onOff16 } from '../wire/words.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info, type Lint, lower } from './kind.ts';

/** From what IPv4 needs, 68, and the header of 4 to IPOIB_CM_MTU (drivers/infiniband/ulp/ipoib/ipoib.h). */
const mtus = { min: 72, max: 65520 } as const;

/** The largest packet of InfiniBand without that header (IPOIB_UD_MTU). */
const LARGEST_DATAGRAM = 4092;

/** What the files of the same name in sysfs change, which a port’s own link has, nobody announces (ipoib_cm.c, ipoib_main.c). */
const silently = { change: 'live', notice: 'never' } as const;

const datagramIsShort: Lint = {
  severity: 'error',
  check: ({ mode, mtu }) =>
    mode === 'datagram' && typeof mtu === 'number' && mtu > LARGEST_DATAGRAM
      ? {
          key: 'mtu',
          message: `a datagram carries at most ${LARGEST_DATAGRAM} bytes; \`mode: connected\` up to ${mtus.max}`,
        }
      : undefined,
};

export const ipoib = defineKind({
  name: 'ipoib',
  summary: 'IP over InfiniBand: a port’s own link (`ib0`), or one in another partition on top of it.',
  when: 'For each partition of an InfiniBand fabric that IP goes through. It carries no Ethernet: no bridge, VLAN or macvlan takes it.',
  kernel: { kind: 'ipoib', module: 'ib_ipoib' },
  address: 'lower',
  triedOn: ['6.12'],
  lacks: { address: 'its 20 bytes come from the port and from the number of a queue' },
  fields: {
    // The creating message’s is not held on to (ipoib_intf_init). More than the fabric’s own is cut to that (ipoib_change_mtu).
    mtu: mtuWithin(mtus, { twice: true }),
    // In its own namespace: the kernel does not tell of which the number is (ipoib_link_ops has no get_link_net).
    link: lower(
      linkRef(),
      { change: 'recreate', notice: 'always', foundWithout: true },
      'The port’s own link, to make another on; without it this is such a one, which its driver makes.',
    ),
    pkey: info(
      IFLA_IPOIB.PKEY,
      partitionKey,
      { change: 'recreate', notice: 'always' },
      'The key of the partition, always as a full member; without it that of the port.',
    ),
    mode: info(
      IFLA_IPOIB.MODE,
      oneOf(u16(), { datagram: 0, connected: 1 }),
      // A change takes the largest MTU of the mode, or cuts it down to that (ipoib_set_mode).
      { ...silently, moves: () => ['mtu'] },
      'Whether packets are datagrams of the fabric, or go through connections, which carry up to 65520 bytes.',
    ),
    umcast: info(
      IFLA_IPOIB.UMCAST,
      onOff16,
      silently,
      'Whether programs may join multicast groups by themselves, past the kernel.',
    ),
  },
  lints: [datagramIsShort],
});
