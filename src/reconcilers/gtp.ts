import { IFLA_GTP } from '../wire/if-link.ts';
import { u8, u32 } from '../wire/numbers.ts';
import { oneOf } from '../wire/words.ts';
import { addrgenmodeWithoutMac, mtuWithin } from './every-link.ts';
import { defineKind, info, infoPath } from './kind.ts';

/** It has no changelink: everything is for life (drivers/net/gtp.c). */
const made = { change: 'recreate', notice: 'always' } as const;

export const gtp = defineKind({
  name: 'gtp',
  summary: 'The user plane of a mobile network: IP of telephones in UDP, by the GTP protocol of 3GPP.',
  when: 'In a gateway of a mobile network, whose control program adds the tunnels. Elsewhere: any other tunnel.',
  knows: [
    'The program that adds its tunnels, by generic netlink, has to add them again after the link was made anew.',
  ],
  triedOn: ['6.1'],
  address: 'none',
  lacks: { address: 'it carries IP packets, without a header of its own' },
  // Its sockets take the two UDP ports of GTP.
  apart: {},
  fields: {
    role: info(
      IFLA_GTP.ROLE,
      oneOf(u32(), { ggsn: 0, sgsn: 1 }),
      { ...made, required: true },
      'On which side of the tunnels it stands: at the internet’s, or at the telephones’.',
      { along: { path: infoPath(IFLA_GTP.CREATE_SOCKETS), payload: Uint8Array.of(1) } },
    ),
    hsize: info(
      IFLA_GTP.PDP_HASHSIZE,
      u32({ min: 1, max: 131071 }),
      made,
      'How many lists the tunnels are kept in.',
    ),
    restart_count: info(
      IFLA_GTP.RESTART_COUNT,
      u8(),
      made,
      'What it answers to an echo: how often it was started.',
    ),
    mtu: mtuWithin({ min: 0, max: 0x7fff_ffff }),
    addrgenmode: addrgenmodeWithoutMac,
  },
  left: {
    FD0: 'a socket of the control program; the kernel makes its own for us',
    FD1: 'a socket of the control program; the kernel makes its own for us',
    LOCAL: 'no word of ip-link(8) 6.1',
    LOCAL6: 'no word of ip-link(8) 6.1',
  },
});
