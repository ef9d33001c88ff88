import { bitOf } from '../wire/bit-fields.ts';
import { tunnelKey } from '../wire/endpoints.ts';
import { GRE_BIT, IFLA_GRE } from '../wire/if-link.ts';
import { u8, u16, u32 } from '../wire/numbers.ts';
import { oneOf, onOff } from '../wire/words.ts';
import { type ChangeRule, info, type Lint, type RowOptions, type Shorthand } from './kind.ts';
import { numberOrWord } from './number-or-word.ts';
import { live, movesMtu } from './tunnel.ts';

/** Which fields of the header are there, coming in (IFLAGS) and going out (OFLAGS). */
const flagOf = (attribute: number, bit: number) =>
  ({ attribute, bit: { bytes: 2, order: 'network', lowest: bit, width: 1 } }) as const;

/** A key for each way; `change` of the one coming in, by which the kernel tells tunnels apart. */
export function keyRows(change: ChangeRule = 'live', max?: number) {
  const beside = change === 'live' ? {} : { beside: ['remote'] };
  return {
    ikey: keyRow(
      IFLA_GRE.IKEY,
      IFLA_GRE.IFLAGS,
      max,
      { ...live, change, fromTheStart: true, ...beside },
      'The key packets have to come in with.',
    ),
    okey: keyRow(
      IFLA_GRE.OKEY,
      IFLA_GRE.OFLAGS,
      max,
      { ...live, ...movesMtu, fromTheStart: true },
      'The key packets go out with.',
    ),
  };
}

function keyRow(
  number: number,
  flags: number,
  max: number | undefined,
  options: RowOptions<number | string>,
  doc: string,
) {
  return numberOrWord(
    { attribute: number, bytes: 4, order: 'network', lowest: 0, width: 32 },
    { word: 'none', ...flagOf(flags, GRE_BIT.KEY), when: 'clear' },
    tunnelKey(max),
    options,
    doc,
  );
}

/** The number of an ERSPAN session has ten bits (ID_MASK in include/net/erspan.h). */
export const mostSessions = 1023;

/** Sequence numbers for each way. */
export const seqRows = {
  iseq: info(
    IFLA_GRE.IFLAGS,
    bitOf(2, GRE_BIT.SEQ, 'network'),
    { ...live, fromTheStart: true },
    'Want a sequence number, and drop what comes out of order.',
  ),
  oseq: info(
    IFLA_GRE.OFLAGS,
    bitOf(2, GRE_BIT.SEQ, 'network'),
    { ...live, ...movesMtu, fromTheStart: true },
    'Number the packets that go out.',
  ),
};

/** Checksums for each way. */
export const csumRows = {
  icsum: info(IFLA_GRE.IFLAGS, bitOf(2, GRE_BIT.CSUM, 'network'), live, 'Want a checksum.'),
  ocsum: info(
    IFLA_GRE.OFLAGS,
    bitOf(2, GRE_BIT.CSUM, 'network'),
    { ...live, ...movesMtu },
    'Put a checksum into what goes out.',
  ),
};

export const keyShorthand = {
  key: { keys: ['ikey', 'okey'], doc: 'Both keys at once: stands for `ikey` and `okey`.' },
} as const satisfies Record<string, Shorthand>;

export const seqShorthand = {
  seq: { keys: ['iseq', 'oseq'], doc: 'Sequence numbers both ways: stands for `iseq` and `oseq`.' },
} as const satisfies Record<string, Shorthand>;

export const csumShorthand = {
  csum: { keys: ['icsum', 'ocsum'], doc: 'Checksums both ways: stands for `icsum` and `ocsum`.' },
} as const satisfies Record<string, Shorthand>;

export const ignoreDfRow = info(
  IFLA_GRE.IGNORE_DF,
  onOff,
  live,
  'Take packets apart though they ask not to; needs `pmtudisc: false`.',
);

/** ipgre_netlink_parms in net/ipv4/ip_gre.c. */
export const ignoreDfWithDiscovery: Lint = {
  severity: 'error',
  check(fields) {
    if (fields['ignore-df'] !== true || fields.pmtudisc === false) return undefined;
    return { key: 'ignore-df', message: '`ignore-df` needs `pmtudisc: false`' };
  },
};

/** What ERSPAN mirrors say of themselves; another version has other fields, which begin anew. */
export const erspanRows = {
  erspan_ver: info(
    IFLA_GRE.ERSPAN_VER,
    u8({ max: 2 }),
    { ...live, fromTheStart: true, moves: () => ['erspan', 'erspan_dir', 'erspan_hwid', 'mtu'] },
    'Version of the header: 1 (type II), 2 (type III), and over IPv4 0 (type I).',
  ),
  erspan: info(
    IFLA_GRE.ERSPAN_INDEX,
    u32({ max: 0xf_ffff }),
    live,
    'With version 1: the index of the port that is mirrored.',
  ),
  erspan_dir: info(
    IFLA_GRE.ERSPAN_DIR,
    oneOf(u8(), { ingress: 0, egress: 1 }),
    live,
    'With version 2: which way the mirrored packets went.',
  ),
  erspan_hwid: info(
    IFLA_GRE.ERSPAN_HWID,
    u16({ max: 63 }),
    live,
    'With version 2: the number of the engine that mirrors.',
  ),
};

/** Where each field of ERSPAN is; the kernel keeps none of another version (erspan_fill_info in net/ipv4/ip_gre.c). */
const versionOf = { erspan: 1, erspan_dir: 2, erspan_hwid: 2 } as const;

export const erspanOfAnotherVersion: Lint = {
  severity: 'error',
  check(fields) {
    const has = fields.erspan_ver ?? 1;
    for (const [key, version] of Object.entries(versionOf)) {
      if (fields[key] === undefined || has === version) continue;
      return { key, message: `\`${key}\` is there with \`erspan_ver: ${version}\` only` };
    }
    return undefined;
  },
};

/** erspan_validate in net/ipv4/ip_gre.c: versions 1 and 2 are GRE with a sequence number and a key. */
export const erspanWithoutKey: Lint = {
  severity: 'error',
  check({ erspan_ver, external, ikey, okey, iseq, oseq }) {
    if (erspan_ver === 0 || external === true) return undefined;
    const isKeyed = [ikey, okey].some((key) => key !== undefined && key !== 'none');
    if (okey === 'none') return { key: 'okey', message: 'ERSPAN always sends a key' };
    if (!isKeyed) return { key: 'kind', message: 'ERSPAN needs a session: write `key`' };
    if (iseq === true || oseq === true) return undefined;
    return { key: 'kind', message: 'ERSPAN needs sequence numbers: write `seq: true`' };
  },
};

/** Of erspan and ip6erspan: why there are no checksums. */
export const withoutCsum = 'ERSPAN has no checksums (erspan_validate)';

/** What the numbers of GRE over IPv6 are, to a tunnel over IPv4. */
export const greLeft = {
  ENCAP_LIMIT: 'of tunnels over IPv6',
  FLOWINFO: 'of tunnels over IPv6',
  FLAGS: 'of tunnels over IPv6',
} as const;

/** What the numbers of GRE over IPv4 are, to a tunnel over IPv6. */
export const gre6Left = {
  TOS: '`tclass` stands in FLOWINFO',
  PMTUDISC: 'of tunnels over IPv4',
  IGNORE_DF: 'of tunnels over IPv4',
} as const;

export const erspanLeft = {
  ERSPAN_INDEX: 'of erspan and ip6erspan',
  ERSPAN_VER: 'of erspan and ip6erspan',
  ERSPAN_DIR: 'of erspan and ip6erspan',
  ERSPAN_HWID: 'of erspan and ip6erspan',
} as const;
