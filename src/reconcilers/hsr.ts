import { linkRef } from '../wire/composites.ts';
import { IFLA_HSR } from '../wire/if-link.ts';
import { lastByte, u8 } from '../wire/numbers.ts';
import { mtuWithin } from './every-link.ts';
import { defineKind, info, infoPath, type Lint } from './kind.ts';

/** It has no changelink: everything is for life (net/hsr/hsr_netlink.c). */
const made = { change: 'recreate', notice: 'always' } as const;

const twoSlaves: Lint = {
  severity: 'error',
  check: ({ slave1, slave2 }) =>
    slave1 !== undefined && slave1 === slave2
      ? { key: 'slave2', message: `a ring has two ways: \`slave1\` and \`slave2\` are both ${slave1}` }
      : undefined,
};

const prpHasNoVersion: Lint = {
  severity: 'error',
  check: ({ proto, version }) =>
    proto === 'prp' && version === 0 ? { key: 'version', message: 'PRP has no version 0' } : undefined,
};

export const hsr = defineKind({
  name: 'hsr',
  summary:
    'Every frame on two ways at once, so that none is lost when one breaks (IEC 62439-3, HSR and PRP).',
  when: 'For the ring (HSR) or the two networks (PRP) of an industrial plant. Where a moment’s loss does no harm: a bond.',
  knows: [
    'Each frame grows by 6 bytes on its way: its `mtu` is that much below that of the links underneath.',
    'All that is attached to an HSR ring has to speak HSR; the networks of PRP take others too.',
  ],
  triedOn: ['6.1'],
  address: 'lower',
  lacks: { address: 'it has that of `slave1`' },
  takes: { from: ['slave1', 'slave2'] },
  fields: {
    // At most Ethernet's own less the tag (hsr_get_max_mtu). The kernel works it out of those of the slaves, whatever the creating message says, and follows them without a word.
    mtu: mtuWithin({ min: 0, max: 1494 }, { twice: true, notice: 'never' }),
    slave1: info(IFLA_HSR.SLAVE1, linkRef(), { ...made, required: true }, 'One way.'),
    slave2: info(IFLA_HSR.SLAVE2, linkRef(), { ...made, required: true }, 'The other way.'),
    supervision: info(
      IFLA_HSR.MULTICAST_SPEC,
      lastByte(),
      made,
      'The last byte of the group in which nodes tell of themselves.',
      { told: infoPath(IFLA_HSR.SUPERVISION_ADDR) },
    ),
    // hsr_fill_info does not tell it.
    version: info(IFLA_HSR.VERSION, u8({ max: 1 }), { ...made, untold: true }, 'The version of HSR.'),
    proto: info(
      IFLA_HSR.PROTOCOL,
      u8({ max: 1, words: { hsr: 0, prp: 1 } }),
      made,
      'HSR, a ring, or PRP, two networks apart.',
    ),
  },
  lints: [twoSlaves, prpHasNoVersion],
  left: {
    SEQ_NR: 'a counter',
    INTERLINK: 'no word of ip-link(8) 6.1',
  },
});
