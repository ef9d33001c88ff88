import type { LinkName } from '../model/address.ts';
import type { Value, Values } from '../model/value.ts';
import type { Slice } from '../wire/bytes.ts';
import { IFLA, IFLA_INFO } from '../wire/if-link.ts';
import type { WireType } from '../wire/type.ts';
import type { ListTable } from './list.ts';

/** What must be true before a field may be changed on a link that is there. Dearer ones include the cheaper. */
export const changes = ['live', 'down', 'empty', 'empty-and-down', 'remake', 'recreate', 'fixed'] as const;
export type ChangeNeed = (typeof changes)[number];

/** A need that hangs on what is found or wanted beside the field. */
export type ChangeRule = ChangeNeed | ((link: Circumstances) => ChangeNeed);

export interface Circumstances {
  readonly found: Values;
  readonly wanted: Values;
}

/** When a change made by somebody else is announced by the kernel; what is not, the sweep finds. */
export type Notice = 'always' | 'when-up' | 'never';

/** Tables of the Open_vSwitch database that hold what is declared (ovs-vswitchd.conf.db(5)). */
export type SwitchTable = 'Bridge' | 'Port' | 'Interface';

/** Where a field lives: in an rtnetlink link message, or with another source. */
export type PlaceOnWire =
  /** A bit of ifi_flags; `inverted`: the flag says the opposite. */
  | { readonly at: 'flag'; readonly bit: number; readonly inverted: boolean }
  /** An attribute by the path of nests to it. Rows that share a path are OR-ed together. */
  | ({ readonly at: 'attribute'; readonly path: readonly number[] } & PlaceExtras)
  /** One of two attributes, by the family of the address. */
  | { readonly at: 'family'; readonly v4: readonly number[]; readonly v6: readonly number[] }
  /** Several attributes that say one thing, or a few bits of such as other rows have bits of too. */
  | {
      readonly at: 'spread';
      readonly paths: readonly (readonly number[])[];
      /** The payload for each path, bits of others left 0; undefined for none. */
      readonly write: (value: Value) => readonly (Uint8Array | undefined)[];
      readonly read: (found: readonly (Slice | undefined)[]) => Value | undefined;
    }
  /** The other end's name and namespace, in the creating message; found in IFLA_LINK. */
  | { readonly at: 'peer'; readonly path: readonly number[] }
  /**
   * The namespace the kernel keeps as the underlay, found as IFLA_LINK_NETNSID. Said by where the request is made, or by
   * that attribute: the drivers of tunnels take the namespace the link is made in (ip_tunnel_newlink in net/ipv4/ip_tunnel.c).
   */
  | { readonly at: 'netns'; readonly by: 'request' | 'number' }
  /** Not in a message: another source than rtnetlink has it, and is asked for it. */
  | { readonly at: 'facet'; readonly source: Source }
  | PlaceInOvsdb;

/** Who has part of a link beside rtnetlink: the file system, the link's device node. */
export type Source = 'node';

/** A column of an object's row in one table of the OVSDB. */
export interface PlaceInOvsdb {
  readonly at: 'ovsdb';
  readonly table: SwitchTable;
  readonly column: string;
  /**
   * What the column has: one value or none, a set, a map of text to text, the rows of another table that have one
   * column each that matters, (of a port) its interfaces by name, the name of the bridge whose `ports` it is in, or an
   * entry of a list of that bridge by its name.
   */
  readonly holds: 'one' | 'set' | 'map' | 'rows' | 'interfaces' | 'holder' | 'entry';
  /** Of a map: the one key meant. Without it the map is open: each key written is a field of its own. */
  readonly key?: string;
  /** Of rows: the table, and the column that tells them apart. */
  readonly rows?: { readonly table: string; readonly column: string };
  /** Of an entry: the list. */
  readonly entryOf?: string;
  /** What it means that there is nothing, or an empty text. */
  readonly empty?: Value;
  /** The column of the database as a whole that lists the values this Open vSwitch can do. */
  readonly among?: string;
}

/** What some attributes have beside their path. */
export interface PlaceExtras {
  /** A word said by a flag attribute of its own instead; reported there as a byte that is not 0. */
  readonly word?: { readonly word: string; readonly path: readonly number[]; readonly payload?: Uint8Array };
  /** Where it is reported, if not where it is sent. */
  readonly told?: readonly number[];
  /** What has to be sent with it and means nothing by itself. */
  readonly along?: { readonly path: readonly number[]; readonly payload: Uint8Array };
}

export interface RowOptions<V extends Value> {
  readonly change: ChangeRule;
  /** Of all ways to change it the least announced one counts. */
  readonly notice: Notice;
  /** The release of Linux that brought it, where vnetd runs on older ones too: `6.4`. */
  readonly since?: string;
  /** What a kernel has to be built with to have it, where not all are: `CONFIG_BRIDGE_VLAN_FILTERING`. */
  readonly config?: string;
  /** Must be written for the kernel to make the link. */
  readonly required?: true;
  /** A link without it is not made on request: its driver makes it, and vnetd keeps it as it does a `device`. */
  readonly foundWithout?: true;
  /** Stands in every creating request, the barest too: without, the kernel takes the new link for another, or refuses it. */
  readonly fromTheStart?: true;
  /** What it means that the kernel's message has no such attribute; without it: this kernel does not know the field. */
  readonly absent?: V;
  /** The kernel cannot report the value now, so nothing can be said of it (a bond's primary that is out); what is waited for. */
  readonly silent?: (wanted: V, link: FoundSurroundings) => string | undefined;
  /** Some kernels never report it: their silence says nothing. */
  readonly untold?: true;
  /** What counts as agreeing besides what the wire type says, where that hangs on other fields. */
  readonly agrees?: (wanted: V, found: V, link: FoundSurroundings) => boolean;
  /** Other keys of the link that its rules look at: decoded though nobody declared them. */
  readonly beside?: readonly string[];
  /** What is sent to change what is there to it, where that is another thing than the value. */
  readonly sentAs?: (wanted: V, found: V | undefined) => V;
  /** Fields the kernel moves when this one is set so: sent along where they are written. */
  readonly moves?: (wanted: V) => readonly string[];
  /** Cannot stand in the creating message: set right after. */
  readonly afterCreate?: true;
  /** The creating message takes it and the kernel does not hold on to it: sent once more. */
  readonly twice?: true;
  /** Sent along with any change of the kind, though only a new link could get it: without, the kernel takes the link for another. */
  readonly resent?: true;
  /** Has to be set before the link is brought up to have its effect. */
  readonly beforeUp?: true;
  /** The link it names may be in another namespace than its own. */
  readonly elsewhere?: true;
  /** Is so by where the object is declared; nobody writes it. */
  readonly implied?: true;
  /** Said of a pair as a whole, so on one of its ends. */
  readonly ofPair?: true;
  /** Of an open map: keys that are known to stand in it. */
  readonly inside?: readonly string[];
  /** Other names the field is known by; never shown. */
  readonly also?: readonly string[];
}

/** What a row may look at beside its own value. */
export interface FoundSurroundings {
  readonly values: Values;
  readonly members: readonly LinkName[];
}

export interface Row<V extends Value = Value> extends RowOptions<V> {
  readonly place: PlaceOnWire;
  readonly type: WireType<V>;
  /** One sentence for users. */
  readonly doc: string;
}

// A row's type is erased where rows are kept side by side: encode and agrees take what read and decode of the same row gave.
// biome-ignore lint/suspicious/noExplicitAny: a table holds rows of every value type; each is only ever used with itself
export type AnyRow = Row<any>;
export type Fields = Readonly<Record<string, AnyRow>>;

/** Where a link's MAC comes from when nobody writes one. */
export type OwnAddress = 'random' | 'lower' | 'members' | 'none';

/** A link of this kind may have members; they get a table of their own. */
export interface Membership {
  /** The key under which members may be listed: `ports`, `members`. */
  readonly list: 'ports' | 'members';
  /** The key on the member for its attributes in this master, and their table. */
  readonly port?: { readonly key: string; readonly fields: Fields };
  /** The kernel wants a link down to let it join (bond_enslave, team_port_add), and brings it up itself. */
  readonly joinsDown: boolean;
  /** The kernel itself takes an up link down and up when it joins or leaves (cycle_netdev in drivers/net/vrf.c). */
  readonly cycles?: true;
}

/** Whose packets the links of a kind take, all of them: a link has one rx_handler (include/linux/netdevice.h). */
export interface Taking {
  /** Those of its members, or of the links these keys name. */
  readonly from: 'members' | readonly string[];
  /** Links of the same word share what they take. */
  readonly sharedAs?: string;
  /** Keys in which those that share a link are one: the last to be set holds for all. */
  readonly inCommon?: readonly string[];
  /** What becomes of such keys, for all, when one is made that does not say them. */
  readonly unsaid?: Values;
}

/** The series of Linux every kind is tried on, as far as they have it. */
export const labKernels = ['6.1', '6.12'] as const;
export type LabKernel = (typeof labKernels)[number];

/** A kind as the kernel has it. */
export interface KernelKind {
  /** IFLA_INFO_KIND. */
  readonly kind: string;
  /** The module that brings it, if one does; the kernel loads it when asked for such a link (rtnl_newlink in net/core/rtnetlink.c). */
  readonly module?: string;
  /** The release of Linux that brought it, where vnetd runs on older ones too: `6.7`. */
  readonly since?: string;
}

/** Objects of another kind that are declared inside those of a kind, each with an id of its own: `ovsbr0:p1`. */
export interface Parts {
  /** The key under which they are listed. */
  readonly list: 'ports';
  readonly kind: Kind;
  /** The field of a part that has the name of what it is a part of. */
  readonly whole: string;
}

export interface Kind {
  readonly name: string;
  /** The key its objects stand under: what stands under `links` is a link, and says its kind; `ports`: in another object. */
  readonly declaredUnder: 'links' | 'namespaces' | 'ports';
  /** Who makes its objects and keeps their own fields: the kernel, or Open vSwitch by its database. */
  readonly owner: 'kernel' | 'ovsdb';
  /** Only in the namespace vnetd runs in, and why: the end of a sentence that says so. */
  readonly hostOnly?: string;
  readonly parts?: Parts;
  /** What counts as written where nobody writes it. */
  readonly unwritten?: Values;
  /** Keys that say another one too, unless that is written itself: two keep one thing, and the one would undo the other. */
  readonly implies?: Readonly<Record<string, string>>;
  /** Whether an object has a link of its own, of its own name, which keys of every link are about; without it: always. */
  readonly hasLink?: (fields: Values) => boolean;
  /** Links it needs beside those its fields name: those of others that it takes in. */
  readonly needs?: (object: { readonly name: string; readonly fields: Values }) => readonly string[];
  /** One sentence: what it is. */
  readonly summary: string;
  /** When to use it, and when its cousin. */
  readonly when: string;
  /** What one has to know who uses it, a sentence each. */
  readonly knows: readonly string[];
  /** The lab’s kernels that have it, on which it is tried; the others are seen to lack it. None for what Open vSwitch makes. */
  readonly triedOn: readonly LabKernel[];
  /** Whether the kernel makes it on request; a `device` is made by somebody else. */
  readonly made: boolean;
  /** null for kinds the kernel has no word for. */
  readonly kernel: KernelKind | null;
  readonly fields: Fields;
  /** Lists only its links have; one of a name has the same entries in every kind. */
  readonly lists?: Readonly<Record<string, ListTable>>;
  /** What the kernel tells and nobody can declare, for rules to look at (`beside`). */
  readonly told?: Fields;
  /** Keys that stand together in a map, by the key of the map; they are known by dotted keys, `node.owner`. */
  readonly groups?: Readonly<Record<string, Group>>;
  readonly membership?: Membership;
  /** Keys of every link that its links cannot have, and why: the end of a sentence that says so. */
  readonly lacks?: Readonly<Record<string, string>>;
  readonly takes?: Taking;
  /**
   * Keys in all of which no two links with one underlay can agree: the kernel refuses the second. Each with what it is
   * when nobody writes it; `null`: then the link agrees with none. No keys at all: there can be one link.
   */
  readonly apart?: Values;
  readonly address: OwnAddress;
  /** Whether a request resets what it does not carry (gre, ipip, …) or leaves it (the others). */
  readonly sends: 'changed' | 'whole';
  /** The link of this kind that the kernel itself makes in every namespace, and lets nobody delete. */
  readonly fallback?: string;
  /** Keys that stand for several, as ip(8) has them: `key` for `ikey` and `okey`. */
  readonly shorthands?: Readonly<Record<string, Shorthand>>;
  /** What to say of something of another kind that has the name of one; without it, what is said of links. */
  readonly stranger?: (id: string, found: string | null) => string;
  /** What can be seen to be wrong, or probably wrong, in the declaration alone. */
  readonly lints?: readonly Lint[];
  /** IFLA_* attributes of this kind that are no row, and why. */
  readonly left: Readonly<Record<string, string>>;
}

/** Attributes that stand together under a key of the kind. */
export interface Group {
  /** One sentence for users. */
  readonly doc: string;
  readonly fields: Fields;
}

/** A key that is never kept itself: what is written there is written under each of the others. */
export interface Shorthand {
  readonly keys: readonly [string, ...string[]];
  /** One sentence for users. */
  readonly doc: string;
}

/** A mistake a declaration can show by itself; `error` refuses the file, `warning` is only said. */
export interface Lint {
  readonly severity: 'error' | 'warning';
  /** The key to point at, and the sentence; undefined when all is well. */
  check(
    fields: Values,
    link: { readonly name: string; readonly members: readonly string[] },
  ): { readonly key: string; readonly message: string } | undefined;
}

/** A kind as its table; what is not said is the common case. */
export function defineKind<
  const K extends Partial<Kind> & Pick<Kind, 'name' | 'summary' | 'when' | 'fields'>,
>(table: K): K & Kind {
  return {
    declaredUnder: 'links',
    knows: [],
    triedOn: labKernels,
    owner: 'kernel',
    made: true,
    kernel: { kind: table.name, module: table.name },
    address: 'random',
    sends: 'changed',
    left: {},
    ...table,
  } as K & Kind;
}

/** A top-level attribute of the link message. */
export function attr<V extends Value>(
  number: number,
  type: WireType<V>,
  options: RowOptions<V>,
  doc: string,
): Row<V> {
  return { place: { at: 'attribute', path: [number] }, type, ...options, doc };
}

/** An attribute at a path of nests. */
export function nested<V extends Value>(
  path: readonly number[],
  type: WireType<V>,
  options: RowOptions<V>,
  doc: string,
  extras: PlaceExtras = {},
): Row<V> {
  return { place: { at: 'attribute', path, ...extras }, type, ...options, doc };
}

/** The path of an attribute of the kind, in IFLA_INFO_DATA. */
export function infoPath(number: number): readonly number[] {
  return [IFLA.LINKINFO, IFLA_INFO.DATA, number];
}

/** An attribute of the kind, in IFLA_INFO_DATA. */
export function info<V extends Value>(
  number: number,
  type: WireType<V>,
  options: RowOptions<V>,
  doc: string,
  extras: PlaceExtras = {},
): Row<V> {
  return nested(infoPath(number), type, options, doc, extras);
}

/** An address of the kind that has an attribute for each family. */
export function infoByFamily(
  v4: number,
  v6: number,
  type: WireType<string>,
  options: RowOptions<string>,
  doc: string,
): Row<string> {
  return { place: { at: 'family', v4: infoPath(v4), v6: infoPath(v6) }, type, ...options, doc };
}

/** A value told by several attributes of the kind: the payload for each and how they are read. */
export function infoSpread<V extends Value>(
  numbers: readonly number[],
  type: WireType<V>,
  parts: {
    readonly write: (value: V) => readonly (Uint8Array | undefined)[];
    readonly read: (found: readonly (Slice | undefined)[]) => V | undefined;
  },
  options: RowOptions<V>,
  doc: string,
): Row<V> {
  const write = parts.write as (value: Value) => readonly (Uint8Array | undefined)[];
  return {
    place: { at: 'spread', paths: numbers.map(infoPath), write, read: parts.read },
    type,
    ...options,
    doc,
  };
}

/** The paths of the attributes a row is told by. */
export function pathsOf({ place }: AnyRow): readonly (readonly number[])[] {
  switch (place.at) {
    case 'attribute':
      return [place.told ?? place.path, ...(place.word === undefined ? [] : [place.word.path])];
    case 'family':
      return [place.v4, place.v6];
    case 'spread':
      return place.paths;
    case 'peer':
      return [place.path];
    case 'flag':
    case 'netns':
    case 'facet':
    case 'ovsdb':
      return [];
    default:
      return place satisfies never;
  }
}

/** Whether a row is told among the attributes of the kind itself, in IFLA_LINKINFO. */
export function standsInKindData(row: AnyRow): boolean {
  return pathsOf(row).some(([first]) => first === IFLA.LINKINFO);
}

/** An attribute of a member in its master, in IFLA_INFO_SLAVE_DATA. */
export function port<V extends Value>(
  number: number,
  type: WireType<V>,
  options: RowOptions<V>,
  doc: string,
): Row<V> {
  return nested([IFLA.LINKINFO, IFLA_INFO.SLAVE_DATA, number], type, options, doc);
}

/** The link this one stands on, IFLA_LINK. */
export function lower(type: WireType<string>, options: RowOptions<string>, doc: string): Row<string> {
  return attr(IFLA.LINK, type, options, doc);
}

/** A bit of ifi_flags. */
export function flag<V extends boolean | string>(
  bit: number,
  type: WireType<V>,
  options: RowOptions<V> & { readonly inverted?: true },
  doc: string,
): Row<V> {
  const { inverted, ...rest } = options;
  return { place: { at: 'flag', bit, inverted: inverted === true }, type, ...(rest as RowOptions<V>), doc };
}

/** The other end of a pair: its name, made together with this one. */
export function peer(
  number: number,
  type: WireType<string>,
  options: RowOptions<string>,
  doc: string,
): Row<string> {
  return { place: { at: 'peer', path: infoPath(number) }, type, ...options, doc };
}

/** What another source than rtnetlink has of the link; it is there once the link is. */
export function facet<V extends Value>(
  source: Source,
  type: WireType<V>,
  options: Omit<RowOptions<V>, 'change' | 'afterCreate'>,
  doc: string,
): Row<V> {
  return { place: { at: 'facet', source }, type, change: 'live', afterCreate: true, ...options, doc };
}

/** The namespace of the underlay: what a tunnel's own packets go through. */
export function underlay(
  type: WireType<string>,
  options: RowOptions<string>,
  doc: string,
  by: 'request' | 'number' = 'request',
): Row<string> {
  return { place: { at: 'netns', by }, type, ...options, doc };
}

/** The key without which the link is not vnetd’s to make; undefined when it can be made. */
export function missingToMake({ fields }: Kind, written: Values): string | undefined {
  return Object.keys(fields).find((key) => fields[key]?.foundWithout === true && written[key] === undefined);
}

/** A column of the OVSDB. */
export function column<V extends Value>(
  table: SwitchTable,
  name: string,
  type: WireType<V>,
  options: RowOptions<V>,
  doc: string,
  extras: Partial<PlaceInOvsdb> = {},
): Row<V> {
  return { place: { at: 'ovsdb', table, column: name, holds: 'one', ...extras }, type, ...options, doc };
}

/** Whether a row is a map of which each key that is written is a field of its own. */
export function isOpenMap({ place }: AnyRow): boolean {
  return place.at === 'ovsdb' && place.holds === 'map' && place.key === undefined;
}

/** What a change of a kind that `sends: 'whole'` carries besides: all of its data but what only a new link can get. */
export function keysSentAlong({ sends, fields }: Kind): readonly string[] {
  if (sends === 'changed') return [];
  return Object.keys(fields).filter((key) => {
    const row = fields[key] as AnyRow;
    const isSettled = row.change === 'recreate' || row.change === 'fixed';
    return standsInKindData(row) && (!isSettled || row.resent === true);
  });
}

/** The need of a change under the circumstances. */
export function needOf(row: AnyRow, circumstances: Circumstances): ChangeNeed {
  return typeof row.change === 'function' ? row.change(circumstances) : row.change;
}
