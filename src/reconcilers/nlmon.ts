import { mtuWithin } from './every-link.ts';
import { defineKind } from './kind.ts';

export const nlmon = defineKind({
  name: 'nlmon',
  summary: 'A link on which the netlink messages of its namespace can be seen.',
  when: 'To find out who asks the kernel for what, with tcpdump(1) or Wireshark. It costs a copy of every message while it is up.',
  knows: ['It hears the namespace it is in, and only while it is up.'],
  address: 'none',
  lacks: { address: 'netlink messages have none' },
  fields: {
    // The least is the header of a message (nlmon_setup in drivers/net/nlmon.c).
    mtu: mtuWithin({ min: 16, max: 0x7fff_ffff }),
  },
});
