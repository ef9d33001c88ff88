import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bondPortLeft } from '../../../src/reconcilers/bond.ts';
import { bridgePortLeft } from '../../../src/reconcilers/bridge-port.ts';
import { everyLink, everyLinkLeft } from '../../../src/reconcilers/every-link.ts';
import { kinds } from '../../../src/reconcilers/index.ts';
import type { AnyRow, Fields, Kind } from '../../../src/reconcilers/kind.ts';
import * as numbers from '../../../src/wire/if-link.ts';
import { enumerators } from './header-enums.ts';

const { IFLA, IFLA_INFO } = numbers;
const ifLink = enumerators('/usr/include/linux/if_link.h');
const ifBridge = enumerators('/usr/include/linux/if_bridge.h');
const veth = enumerators('/usr/include/linux/veth.h');
const vxcan = enumerators('/usr/include/linux/can/vxcan.h');
const amt = enumerators('/usr/include/linux/amt.h');
const batadv = enumerators('/usr/include/linux/batman_adv.h');
const ifTunnel = enumerators('/usr/include/linux/if_tunnel.h');
const headers = new Map([...ifLink, ...ifBridge, ...veth, ...vxcan, ...amt, ...batadv, ...ifTunnel]);

/** Prefixes of enumerators that are longer than another's, so that IFLA_BR is not IFLA_BRPORT or IFLA_BRIDGE. */
const prefixes = [
  ...new Set([...headers.keys()].map((name) => name.slice(0, name.lastIndexOf('_UNSPEC'))).filter(Boolean)),
];

/** The names of a family of attributes in the headers, without the prefix. */
function namesOf(prefix: string): ReadonlyMap<string, number> {
  const longer = prefixes.filter((one) => one.startsWith(`${prefix}_`));
  return new Map(
    [...headers].flatMap(([name, number]) => {
      if (!name.startsWith(`${prefix}_`) || longer.some((one) => name.startsWith(`${one}_`))) return [];
      const short = name.slice(prefix.length + 1);
      return short === 'UNSPEC' || short === 'MAX' ? [] : [[short, number] as const];
    }),
  );
}

/** Each family of numbers, whose rows carry them and what says why the others are none. */
const families: readonly {
  readonly kind: string;
  readonly prefix: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly nest: readonly number[];
  readonly rows: Fields;
  readonly left: Readonly<Record<string, string>>;
}[] = [
  ...(
    [
      ['IFLA_BR', numbers.IFLA_BR, kinds.bridge],
      ['IFLA_BOND', numbers.IFLA_BOND, kinds.bond],
      ['IFLA_VLAN', numbers.IFLA_VLAN, kinds.vlan],
      ['IFLA_VXLAN', numbers.IFLA_VXLAN, kinds.vxlan],
      ['IFLA_MACVLAN', numbers.IFLA_MACVLAN, kinds.macvlan],
      ['IFLA_MACVLAN', numbers.IFLA_MACVLAN, kinds.macvtap],
      ['IFLA_IPVLAN', numbers.IFLA_IPVLAN, kinds.ipvlan],
      ['IFLA_IPVLAN', numbers.IFLA_IPVLAN, kinds.ipvtap],
      ['IFLA_VRF', numbers.IFLA_VRF, kinds.vrf],
      ['IFLA_IPOIB', numbers.IFLA_IPOIB, kinds.ipoib],
      ['VETH_INFO', numbers.VETH_INFO, kinds.veth],
      ['VXCAN_INFO', numbers.VXCAN_INFO, kinds.vxcan],
      ['IFLA_IPTUN', numbers.IFLA_IPTUN, kinds.ipip],
      ['IFLA_IPTUN', numbers.IFLA_IPTUN, kinds.sit],
      ['IFLA_IPTUN', numbers.IFLA_IPTUN, kinds.ip6tnl],
      ['IFLA_GRE', numbers.IFLA_GRE, kinds.gre],
      ['IFLA_GRE', numbers.IFLA_GRE, kinds.gretap],
      ['IFLA_GRE', numbers.IFLA_GRE, kinds.erspan],
      ['IFLA_GRE', numbers.IFLA_GRE, kinds.ip6gre],
      ['IFLA_GRE', numbers.IFLA_GRE, kinds.ip6gretap],
      ['IFLA_GRE', numbers.IFLA_GRE, kinds.ip6erspan],
      ['IFLA_VTI', numbers.IFLA_VTI, kinds.vti],
      ['IFLA_VTI', numbers.IFLA_VTI, kinds.vti6],
      ['IFLA_GENEVE', numbers.IFLA_GENEVE, kinds.geneve],
      ['IFLA_XFRM', numbers.IFLA_XFRM, kinds.xfrm],
      ['IFLA_BAREUDP', numbers.IFLA_BAREUDP, kinds.bareudp],
      ['IFLA_AMT', numbers.IFLA_AMT, kinds.amt],
      ['IFLA_HSR', numbers.IFLA_HSR, kinds.hsr],
      ['IFLA_GTP', numbers.IFLA_GTP, kinds.gtp],
      ['IFLA_BATADV', numbers.IFLA_BATADV, kinds.batadv],
    ] as const
  ).map(([prefix, own, kind]: readonly [string, Readonly<Record<string, number>>, Kind]) => ({
    kind: kind.name,
    prefix,
    numbers: own,
    nest: [IFLA.LINKINFO, IFLA_INFO.DATA],
    rows: kind.fields,
    left: kind.left,
  })),
  ...(
    [
      ['IFLA_BRPORT', numbers.IFLA_BRPORT, kinds.bridge, bridgePortLeft],
      ['IFLA_BOND_SLAVE', numbers.IFLA_BOND_SLAVE, kinds.bond, bondPortLeft],
    ] as const
  ).map(
    ([prefix, own, kind, left]: readonly [
      string,
      Readonly<Record<string, number>>,
      Kind,
      Readonly<Record<string, string>>,
    ]) => ({
      kind: kind.name,
      prefix,
      numbers: own,
      nest: [IFLA.LINKINFO, IFLA_INFO.SLAVE_DATA],
      rows: kind.membership?.port?.fields ?? {},
      left,
    }),
  ),
];

/** The attributes right under a nest that a row reads or sends. */
function numbersUnder(row: AnyRow, nest: readonly number[]): readonly number[] {
  const { place } = row;
  const paths = (() => {
    switch (place.at) {
      case 'flag':
      case 'netns':
      case 'facet':
      case 'ovsdb':
        return [];
      case 'family':
        return [place.v4, place.v6];
      case 'peer':
        return [place.path];
      case 'spread':
        return place.paths;
      case 'attribute':
        return [place.path, place.word?.path ?? [], place.told ?? [], place.along?.path ?? []];
      default:
        return place satisfies never;
    }
  })();
  return paths.flatMap((path) => {
    const number = path[nest.length];
    return number !== undefined && nest.every((one, i) => path[i] === one) ? [number] : [];
  });
}

test('the headers are read whole', () => {
  assert.equal(headers.get('IFLA_BRPORT_BACKUP_PORT'), 34);
  assert.equal(headers.get('IFLA_ALLMULTI'), 61);
  assert.equal(headers.get('IFLA_BRIDGE_FLAGS'), 0);
  assert.ok(ifLink.size > 300, `only ${ifLink.size} enumerators in if_link.h`);
});

for (const { kind, prefix, numbers: own, nest, rows, left } of families) {
  test(`every ${prefix}_* is a row's of ${kind}, or it is said why not`, () => {
    const byRows = new Set(Object.values(rows).flatMap((row) => numbersUnder(row, nest)));
    const inHeaders = namesOf(prefix);
    assert.ok(inHeaders.size > 0);
    for (const [name, number] of inHeaders) {
      assert.equal(own[name], number, `${prefix}_${name} of the header is not in if-link.ts`);
    }
    for (const [name, number] of Object.entries(own)) {
      const isRow = byRows.has(number);
      const isLeft = Object.hasOwn(left, name);
      assert.ok(isRow || isLeft, `${prefix}_${name} is neither a row nor left`);
    }
    for (const [name, reason] of Object.entries(left)) {
      if (name !== name.toUpperCase()) continue;
      assert.ok(Object.hasOwn(own, name), `${name} is left and no ${prefix}`);
      assert.ok(reason.length > 5, `${name} is left without a reason`);
    }
  });
}

test('every IFLA_* of the link itself is a row’s, or it is said why not', () => {
  const topRows = [everyLink, ...Object.values<Kind>(kinds).map(({ fields }) => fields)];
  const byRows = new Set(
    topRows.flatMap((table: Fields) => Object.values(table)).flatMap((row) => numbersUnder(row, [])),
  );
  const top = enumerators('/usr/include/linux/if_link.h', 'IFLA_ADDRESS');
  const names = [...top.keys()].map((name) => name.slice('IFLA_'.length)).filter((name) => name !== 'UNSPEC');
  assert.ok(names.length > 55, names.join(' '));
  for (const name of names) {
    // IFLA_TARGET_NETNSID is another name of IFLA_IF_NETNSID.
    const own = (IFLA as Readonly<Record<string, number>>)[name === 'TARGET_NETNSID' ? 'IF_NETNSID' : name];
    assert.equal(own, headers.get(`IFLA_${name}`), `IFLA_${name}`);
  }
  for (const [name, number] of Object.entries(IFLA)) {
    assert.ok(
      byRows.has(number) || Object.hasOwn(everyLinkLeft, name),
      `IFLA_${name} is neither a row nor left`,
    );
  }
  for (const name of Object.keys(everyLinkLeft))
    assert.ok(Object.hasOwn(IFLA, name), `${name} is left and no IFLA`);
});

test('the numbers of if-link.ts are those of the headers', () => {
  for (const [prefix, family] of Object.entries(numbers)) {
    for (const [name, number] of Object.entries(family)) {
      const real = headers.get(`${prefix}_${name}`);
      if (real !== undefined) assert.equal(number, real, `${prefix}_${name}`);
    }
    assert.equal(
      new Set(Object.values(family)).size,
      Object.values(family).length,
      `${prefix} has a number twice`,
    );
  }
});
