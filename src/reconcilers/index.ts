import type { Step } from '../model/step.ts';
import { addresses } from './addresses.ts';
import { altnames } from './altnames.ts';
import { amt } from './amt.ts';
import { bareudp } from './bareudp.ts';
import { batadv } from './batadv.ts';
import { bond } from './bond.ts';
import { bridge } from './bridge.ts';
import { device } from './device.ts';
import { dummy } from './dummy.ts';
import { erspan } from './erspan.ts';
import { everyLinkOf } from './every-link.ts';
import { geneve } from './geneve.ts';
import { gre } from './gre.ts';
import { gretap } from './gretap.ts';
import { gtp } from './gtp.ts';
import { hsr } from './hsr.ts';
import { ifb } from './ifb.ts';
import { ip6erspan } from './ip6erspan.ts';
import { ip6gre } from './ip6gre.ts';
import { ip6gretap } from './ip6gretap.ts';
import { ip6tnl } from './ip6tnl.ts';
import { ipip } from './ipip.ts';
import { ipoib } from './ipoib.ts';
import { ipvlan } from './ipvlan.ts';
import { ipvtap } from './ipvtap.ts';
import {
  type AnyRow,
  type Fields,
  isOpenMap,
  type Kind,
  type PlaceInOvsdb,
  pathsOf,
  type Source,
} from './kind.ts';
import type { ListTable, SwitchedList } from './list.ts';
import { macvlan } from './macvlan.ts';
import { macvtap } from './macvtap.ts';
import { namespace } from './namespace.ts';
import { netkit } from './netkit.ts';
import { nlmon } from './nlmon.ts';
import { ovsBridge } from './ovs-bridge.ts';
import { mapValue } from './ovs-columns.ts';
import { ovsPort } from './ovs-port.ts';
import { sit } from './sit.ts';
import { vcan } from './vcan.ts';
import { veth } from './veth.ts';
import { vlan } from './vlan.ts';
import { vlans } from './vlans.ts';
import { vrf } from './vrf.ts';
import { vti } from './vti.ts';
import { vti6 } from './vti6.ts';
import { vxcan } from './vxcan.ts';
import { vxlan } from './vxlan.ts';
import { xfrm } from './xfrm.ts';

/** The registry: every kind of object vnetd knows, by name. */
export const kinds = {
  device,
  bridge,
  bond,
  vlan,
  vxlan,
  veth,
  macvlan,
  macvtap,
  ipvlan,
  ipvtap,
  dummy,
  ifb,
  nlmon,
  vcan,
  vxcan,
  vrf,
  netkit,
  ipip,
  sit,
  gre,
  gretap,
  ip6tnl,
  ip6gre,
  ip6gretap,
  vti,
  vti6,
  erspan,
  ip6erspan,
  geneve,
  xfrm,
  bareudp,
  amt,
  hsr,
  batadv,
  gtp,
  ipoib,
  'ovs-bridge': ovsBridge,
  'ovs-port': ovsPort,
  namespace,
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

/** Whether objects of a kind may be members of a kernel link. */
export function mayBeMember({ lacks }: Kind): boolean {
  return lacks === undefined || !Object.hasOwn(lacks, 'master');
}

/** The kinds a link may be of. */
export const linkKinds: readonly Kind[] = Object.values<Kind>(kinds).filter(
  ({ declaredUnder }) => declaredUnder === 'links',
);

/** The kinds that are parts of another. */
export const partKinds: readonly Kind[] = linkKinds.flatMap(({ parts }) => parts?.kind ?? []);

/** The kind whose objects stand under a key of their own at the top of a file: `namespaces`. */
export function kindUnder(key: string): Kind | undefined {
  return Object.values<Kind>(kinds).find(
    (kind) => kind.declaredUnder === 'namespaces' && kind.declaredUnder === key,
  );
}

/** The lists any link may have, by key. */
export const lists = { addresses, vlans, altnames } as const satisfies Record<string, ListTable>;

/** Those only links of some kinds have, each once. */
export const ownLists: Readonly<Record<string, ListTable>> = Object.fromEntries(
  linkKinds.flatMap((kind) => Object.entries(kind.lists ?? {})),
);

export function kindNamed(name: string): Kind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name as KindName] : undefined;
}

/** A list by its name: how its entries are found, added and removed. What may be written in it, its kind says ({@link listsOf}). */
export function listNamed(name: string): ListTable | undefined {
  return Object.hasOwn(allLists, name) ? allLists[name] : undefined;
}

/** A list by its name, if Open vSwitch keeps it. */
export function switchedList(name: string): SwitchedList | undefined {
  const table = listNamed(name);
  return table?.source === 'ovsdb' ? table : undefined;
}

const allLists: Readonly<Record<string, ListTable>> = { ...lists, ...ownLists };

/** Those that Open vSwitch keeps. */
export const switchedLists: readonly SwitchedList[] = Object.values(ownLists).filter(
  (table) => table.source === 'ovsdb',
);

/** The lists a link of a kind may have, by key. */
export function listsOf({ lists: own, lacks = {} }: Kind): Readonly<Record<string, ListTable>> {
  const all: Readonly<Record<string, ListTable>> = { ...lists, ...own };
  return Object.fromEntries(Object.entries(all).filter(([key]) => !Object.hasOwn(lacks, key)));
}

/** Kinds that have members, with the table their members get. */
export const masters: readonly Kind[] = linkKinds.filter((kind) => kind.membership !== undefined);

/** The attributes a member has in a master of some kind, by dotted key: `bridge_port.cost`. */
export const portFields: Fields = Object.fromEntries(
  masters.flatMap(({ membership }) => {
    const port = membership?.port;
    if (port === undefined) return [];
    return Object.entries(port.fields).map(([key, row]) => [`${port.key}.${key}`, row] as const);
  }),
);

/** The attributes that stand in maps, by dotted key: `node.owner`. */
export function groupFields({ groups = {} }: Kind): Fields {
  return Object.fromEntries(
    Object.entries(groups).flatMap(([key, { fields }]) =>
      Object.entries(fields).map(([own, row]) => [`${key}.${own}`, row] as const),
    ),
  );
}

const tables = new Map<string, Fields>(
  Object.values<Kind>(kinds).map((kind) => [
    kind.name,
    kind.declaredUnder === 'namespaces'
      ? kind.fields
      : {
          ...everyLinkOf(kind),
          ...(mayBeMember(kind) ? portFields : {}),
          ...kind.fields,
          ...groupFields(kind),
        },
  ]),
);

/** Every plain attribute an object of this kind may have; for a link every link's, every port's and the kind's own. */
export function fieldsOf(kindName: string): Fields {
  const table = tables.get(kindName);
  if (table === undefined) throw new RangeError(`no kind named ${kindName}`);
  return table;
}

/** The sources beside rtnetlink that have something of the links of a kind. */
export function sourcesOf(kindName: string): readonly Source[] {
  const places = Object.values(fieldsOf(kindName)).map(({ place }) => place);
  return [...new Set(places.flatMap((place) => (place.at === 'facet' ? [place.source] : [])))];
}

const shared = new Map([...tables].map(([kindName, table]) => [kindName, keysSharing(table)]));

/** Whether other fields of the kind have their place in the same attribute: its bytes change with any of them. */
export function sharesAttribute(kindName: string, key: string): boolean {
  return shared.get(kindName)?.has(key) === true;
}

function keysSharing(table: Fields): ReadonlySet<string> {
  const byPath = new Map<string, string[]>();
  for (const [key, row] of Object.entries(table)) {
    for (const path of pathsOf(row).map(String)) byPath.set(path, [...(byPath.get(path) ?? []), key]);
  }
  return new Set([...byPath.values()].filter((keys) => keys.length > 1).flat());
}

/** The row of a key, also of one inside an open map: `options.remote_ip`. */
export function rowOf(kindName: string, key: string): AnyRow | undefined {
  const table = fieldsOf(kindName);
  if (Object.hasOwn(table, key)) return table[key];
  const dot = key.indexOf('.');
  const map = dot > 0 && Object.hasOwn(table, key.slice(0, dot)) ? table[key.slice(0, dot)] : undefined;
  return map === undefined || !isOpenMap(map) ? undefined : inOpenMap(map, key.slice(dot + 1));
}

/** What a key's column of the OVSDB holds; undefined of what is not there. */
export function heldBy(kindName: string, key: string): PlaceInOvsdb['holds'] | undefined {
  const place = rowOf(kindName, key)?.place;
  return place?.at === 'ovsdb' ? place.holds : undefined;
}

function inOpenMap(map: AnyRow, key: string): AnyRow {
  return { ...map, type: mapValue, place: { ...(map.place as PlaceInOvsdb), key } };
}

/** Who keeps what a row is about. */
export function ownerOfRow({ place }: AnyRow): Kind['owner'] {
  return place.at === 'ovsdb' ? 'ovsdb' : 'kernel';
}

/** Steps about all of an object. */
const wholeSteps: ReadonlySet<Step['do']> = new Set(['create', 'delete', 'attach', 'disown']);

/** Who does a step that is for an object of this kind. */
export function ownerOfStep(kindName: string, step: Step): Kind['owner'] {
  const owner = kindNamed(kindName)?.owner ?? 'kernel';
  if (owner === 'kernel' || wholeSteps.has(step.do)) return owner;
  if (step.do === 'add' || step.do === 'remove')
    return switchedList(step.list) === undefined ? 'kernel' : 'ovsdb';
  const [key = ''] = step.do === 'set' ? Object.keys(step.fields) : [];
  const row = rowOf(kindName, key);
  return row === undefined ? 'kernel' : ownerOfRow(row);
}

/** The key that names the other end of a link, for kinds whose links come in twos. */
export function peerKeyOf(kindName: string): string | undefined {
  return peerKeys.get(kindName);
}

const peerKeys = new Map(
  Object.values<Kind>(kinds).flatMap(({ name, fields }) => {
    const key = Object.keys(fields).find((one) => fields[one]?.place.at === 'peer');
    return key === undefined ? [] : [[name, key] as const];
  }),
);

/** The kind of master a port attribute belongs to, by its dotted key. */
export function masterOfPortKey(key: string): Kind | undefined {
  const head = key.slice(0, key.indexOf('.'));
  return masters.find(({ membership }) => membership?.port?.key === head);
}
