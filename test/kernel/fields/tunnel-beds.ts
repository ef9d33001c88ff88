import type { Value, Values } from '../../../src/model/value.ts';
import { everyLink, everyLinkOf } from '../../../src/reconcilers/every-link.ts';
import { kinds } from '../../../src/reconcilers/index.ts';
import type { Kind } from '../../../src/reconcilers/kind.ts';
import type { Bed } from './cases.ts';
import { valuesOfEveryLink } from './every-link.ts';

/** Kinds of tunnel that are tried alike. */
export type TunnelName =
  | ('ipip' | 'sit' | 'gre' | 'gretap' | 'erspan' | 'vti')
  | ('ip6tnl' | 'ip6gre' | 'ip6gretap' | 'ip6erspan' | 'vti6');

/** An address of link number n, of a block of its own. */
function addressIn(kind: Kind, block: number, n: number): string {
  return kind.name.includes('6')
    ? `2001:db8:${block}::${n.toString(16)}`
    : `10.${block}.${n >> 8}.${n & 255}`;
}

function groupOf(kind: Kind, n: number): string {
  return kind.name.includes('6') ? `ff05::${n.toString(16)}` : `239.1.${n >> 8}.${n & 255}`;
}

const noEnds = { remote: undefined, local: undefined };

/** What has to stand beside a key for the driver to take it, or keep it. */
function conditions(kind: Kind, key: string, value: Value): Readonly<Record<string, Value | undefined>> {
  switch (key) {
    case 'external':
      return noEnds;
    case 'isatap':
      return { remote: undefined };
    case 'pmtudisc':
      return kind.name === 'sit' && value === false ? { ttl: 'inherit' } : {};
    case 'ignore-df':
      return value === true ? { pmtudisc: false } : {};
    case '6rd-relay_prefix':
      return { '6rd-prefix': '2001:db8::/32' };
    case 'erspan':
      return { erspan_ver: 1 };
    case 'erspan_dir':
    case 'erspan_hwid':
      return { erspan_ver: 2 };
    default:
      return {};
  }
}

/** A mirror is no mirror without these (erspan_validate in net/ipv4/ip_gre.c). */
const session = { ikey: 9, okey: 9, iseq: true, oseq: true } as const;

function valuesOf(kind: Kind, key: string, n: number): readonly Value[] | undefined {
  const isEthernet = kind.address === 'random';
  switch (key) {
    case 'remote': {
      const some = [3, 4, 5].map((block) => addressIn(kind, block, n));
      // A gre to a group comes up only where a route leads to it (ipgre_open in net/ipv4/ip_gre.c); ip makes up a key for one.
      const group = ['gre', 'gretap', 'erspan'].includes(kind.name) ? [] : [groupOf(kind, n)];
      // Of two mirrors or bridged tunnels to anybody, the kernel takes the second for the first.
      return [...some, ...group, ...(isEthernet ? [] : ['any'])];
    }
    case 'local':
      return [...[3, 4, 5].map((block) => addressIn(kind, block, n)), 'any'];
    case 'dev':
      return ['lower1', 'lower2', 'lower3', 'none'];
    case 'external':
      return [true];
    case 'okey':
      return kind.name.includes('erspan') ? [1, 7, 77, 1023] : undefined;
    case '6rd-prefix':
      return ['2002::/16', '2001:db8::/32', '2001:d00::/24'];
    case '6rd-relay_prefix':
      return ['10.0.0.0/8', '192.0.2.0/24', '0.0.0.0/0'];
    case 'master':
      return isEthernet ? ['master1', 'master2'] : [];
    default:
      return valuesOfEveryLink(key, n);
  }
}

/** Every field of a tunnel. */
export function tunnelBed(name: TunnelName): Bed {
  const kind: Kind = kinds[name];
  // A namespace of the underlay takes two namespaces; here is one.
  const { link_netns: _, ...fields } = kind.fields;
  return {
    table: name,
    kind: name,
    fields: { ...everyLinkOf(kind), ...fields },
    companions: [
      ...[1, 2, 3].map((i) => `link add lower${i} mtu 1500 up type bridge`),
      'link add master1 type bridge',
      'link add master2 type bridge',
    ],
    beside(key, value, n) {
      const all: Record<string, Value | undefined> = {
        local: addressIn(kind, 1, n),
        remote: addressIn(kind, 2, n),
        ...(name.includes('erspan') && key !== 'external' ? session : {}),
        ...conditions(kind, key, value),
      };
      const written = Object.entries(all).filter(([one, said]) => one !== key && said !== undefined);
      return Object.fromEntries(written) as Values;
    },
    values: (key, n) => valuesOf(kind, key, n),
    moved: {
      // With every change of an ip6tnl ip turns the checksum on.
      ...(name === 'ip6tnl' ? Object.fromEntries(Object.keys(fields).map((key) => [key, ['encap']])) : {}),
      erspan_ver: ['erspan_index', 'erspan_dir', 'erspan_hwid'],
    },
  };
}

const geneveConditions: Readonly<Record<string, Values>> = {
  flowlabel: { remote: '2001:db8::7' },
  udp6zerocsumtx: { remote: '2001:db8::7' },
  udp6zerocsumrx: { remote: '2001:db8::7' },
};

const { link_netns: _, ...geneveFields } = kinds.geneve.fields;

/** Every field of a geneve. */
export const geneveBed: Bed = {
  table: 'geneve',
  kind: 'geneve',
  fields: { ...everyLink, ...geneveFields },
  companions: ['link add master1 type bridge', 'link add master2 type bridge'],
  // Each has an identifier for itself, so that no two are one to the kernel; external ones a port.
  beside(key, _, n) {
    if (key === 'external') return { dstport: 20_000 + n };
    return {
      ...(key === 'id' ? {} : { id: n }),
      ...(key === 'remote' ? {} : { remote: '198.51.100.7' }),
      ...geneveConditions[key],
    };
  },
  values(key, n) {
    if (key === 'id') return [0x10_0000 + n, 0x20_0000 + n];
    if (key === 'remote') return ['192.0.2.1', '198.51.100.77', '203.0.113.7', '2001:db8::1', '2001:db8::77'];
    if (key === 'external') return [true];
    return valuesOfEveryLink(key, n);
  },
};
