import { encodeFields, writeAttributes } from '../derive/codec.ts';
import { underlayWanted } from '../derive/underlay.ts';
import { type LinkName, type NamespaceName, parseObjectId } from '../model/address.ts';
import type { WantedEntry } from '../model/declaration.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import { OWN } from '../netlink/messages.ts';
import type { RequestBody } from '../netlink/request.ts';
import { fieldsOf, kindNamed, listNamed, masterOfPortKey } from '../reconcilers/index.ts';
import { standsInKindData } from '../reconcilers/kind.ts';
import type { AskedList, Holder } from '../reconcilers/list.ts';
import { Writer } from '../wire/attributes.ts';
import { littleEndian } from '../wire/bytes.ts';
import type { Errand } from '../wire/errand.ts';
import { IFLA, IFLA_INFO } from '../wire/if-link.ts';
import { AF, IFF, NLM_F, RTEXT_FILTER, RTM } from '../wire/rtnetlink.ts';
import type { Names } from '../wire/type.ts';

/** What encoding a step needs to know of the world: numbers for names. */
export interface Addressing {
  readonly names: Names;
  readonly namespace: NamespaceName;
  holder(name: LinkName): Holder | undefined;
  /** The namespace that the outer packets of a link of this one go through. */
  under(name: LinkName): Pick<Addressing, 'names' | 'namespace'>;
  /** The same of another namespace; undefined while that is not looked into. */
  at(namespace: NamespaceName): Addressing | undefined;
  /** The number another namespace has in this one; it gets one if it has none. */
  numberOf(namespace: NamespaceName): number | undefined;
  /** A descriptor of this namespace, for the requests that are about to be sent. */
  descriptor(): number;
}

/**
 * A step as requests, or why it cannot be sent now; `from` where they are sent from another namespace than the step's,
 * `ahead` what is sent before them whatever the kernel says to it. Of a list that is asked for, the errand.
 */
export type Encoding =
  | {
      readonly requests: readonly RequestBody[];
      readonly from?: NamespaceName;
      readonly ahead?: readonly RequestBody[];
    }
  | { readonly errand: Errand; readonly list: AskedList; readonly from: NamespaceName }
  | { readonly outcome: Outcome };

const encodeText = (text: string) => Buffer.from(`${text}\0`);

/** The requests of one step. A mapped type keeps a step without its encoding from compiling. */
const encoders: { readonly [V in Step['do']]: (step: Extract<Step, { do: V }>, at: Addressing) => Encoding } =
  {
    create(step, at) {
      const kind = kindNamed(step.kind);
      const encoded = encodeFields(fieldsOf(step.kind), step.fields, at.names);
      if ('missing' in encoded) return notSent(`no link named ${encoded.missing}`);
      const byName = { path: [IFLA.IFNAME], payload: encodeText(parseObjectId(step.id).name) };
      const attributes = [
        byName,
        { path: [IFLA.LINKINFO, IFLA_INFO.KIND], payload: Buffer.from(kind?.kernel?.kind ?? step.kind) },
        ...encoded.attributes,
      ];
      const from = madeFrom(step);
      const byNumber = from !== undefined && isSaidByNumber(step.kind);
      if (byNumber) {
        const number = at.numberOf(from);
        if (number === undefined) return notSent(`the namespace ${from ?? '/'} has no number here`);
        attributes.push(numberOfUnderlay(number));
      } else if (from !== undefined) attributes.push(intoNamespace(at));
      const made = one(
        RTM.NEWLINK,
        NLM_F.CREATE | NLM_F.EXCL,
        link(0, encoded.flags, encoded.mask, attributes),
      );
      if (from !== undefined && !byNumber) return { ...made, from };
      const again = encodeFields(fieldsOf(step.kind), takenTwice(step.kind, step.fields), at.names);
      if ('missing' in again || again.attributes.length === 0) return made;
      const held = link(0, 0, 0, [byName, ...again.attributes]);
      return { requests: [...made.requests, { type: RTM.NEWLINK, flags: 0, body: held }] };
    },
    set(step, at) {
      return onLink(step, at, ({ ifindex }) => {
        const encoded = encodeFields(fieldsOf(step.kind), { ...step.along, ...step.fields }, at.names);
        if ('missing' in encoded) return notSent(`no link named ${encoded.missing}`);
        const attributes = [...kindAttributes(step.kind, step.fields), ...encoded.attributes];
        return one(RTM.NEWLINK, 0, link(ifindex, encoded.flags, encoded.mask, attributes));
      });
    },
    delete(step, at) {
      return onLink(step, at, ({ ifindex }) => one(RTM.DELLINK, 0, bareLink(ifindex)));
    },
    rename(step, at) {
      const holder = at.holder(step.from as LinkName);
      if (holder === undefined) return notSent(`no link named ${step.from}`);
      const { name } = parseObjectId(step.id);
      return one(
        RTM.NEWLINK,
        0,
        link(holder.ifindex, 0, 0, [{ path: [IFLA.IFNAME], payload: encodeText(name) }]),
      );
    },
    move(step, at) {
      const { namespace, name } = parseObjectId(step.from);
      const holder = at.at(namespace)?.holder(name);
      if (holder === undefined) return notSent(`no link named ${step.from}`);
      const byName = { path: [IFLA.IFNAME], payload: encodeText(parseObjectId(step.id).name) };
      return {
        ...one(RTM.NEWLINK, 0, link(holder.ifindex, 0, 0, [byName, intoNamespace(at)])),
        from: namespace,
      };
    },
    attach: () => notSent('only Open vSwitch takes links in'),
    disown: () => notSent('only what Open vSwitch keeps bears marks'),
    add(step, at) {
      const table = listNamed(step.list);
      const { behind } = step;
      if (table?.source === 'asked')
        return asked(step, at, table, (holder, names) => table.add(entryOf(step), holder, names));
      if (table?.source === 'ovsdb') return notSent('only Open vSwitch has it');
      return onLink(step, at, (holder) => ({
        requests: table?.add(entryOf(step), holder) ?? [],
        ...(behind !== undefined && {
          ahead: table?.add(entryOf(behind), holder).map(unlessThere) ?? [],
        }),
      }));
    },
    remove(step, at) {
      const table = listNamed(step.list);
      if (table?.source === 'asked')
        return asked(step, at, table, (holder, names) => table.remove(entryOf(step), holder, names));
      if (table?.source === 'ovsdb') return notSent('only Open vSwitch has it');
      return onLink(step, at, (holder) => ({ requests: table?.remove(entryOf(step), holder) ?? [] }));
    },
    down(step, at) {
      return onLink(step, at, ({ ifindex }) => one(RTM.NEWLINK, 0, link(ifindex, 0, 1 << IFF.UP, [])));
    },
    up(step, at) {
      return onLink(step, at, ({ ifindex }) =>
        one(RTM.NEWLINK, 0, link(ifindex, 1 << IFF.UP, 1 << IFF.UP, [])),
      );
    },
    'release-members'(step, at) {
      return { requests: membership(step.members, at, 0) };
    },
    'return-members'(step, at) {
      return onLink(step, at, ({ ifindex }) => ({ requests: membership(step.members, at, ifindex) }));
    },
  };

/** The requests a step comes to. */
export function encodeStep(step: Step, at: Addressing): Encoding {
  const encode = encoders[step.do] as (step: Step, at: Addressing) => Encoding;
  return encode(step, at);
}

/** The body of a request that names a link, in a namespace by its number, and says nothing of it. */
export function bareLink(ifindex: number, nsid: number = OWN): Uint8Array {
  const bare = link(ifindex, 0, 0, []);
  return nsid === OWN ? bare : new Writer(32).raw(bare).attribute32(IFLA.IF_NETNSID, nsid).bytes.slice();
}

/** The request that asks for one link as it is now, without its counters. */
export function readLinkRequest(ifindex: number): RequestBody {
  const body = dumpBody(AF.UNSPEC, RTEXT_FILTER.SKIP_STATS);
  new DataView(body.buffer).setInt32(4, ifindex, littleEndian);
  return { type: RTM.GETLINK, flags: 0, body };
}

/** The request that asks for the links of a namespace, or (AF_BRIDGE) for the VLANs of bridges and their ports. */
export function dumpBody(family: number, extended: number): Uint8Array {
  return new Writer(32)
    .u8(family)
    .u8(0)
    .u16(0)
    .u32(0)
    .u32(0)
    .u32(0)
    .attribute32(IFLA.EXT_MASK, extended)
    .bytes.slice();
}

function entryOf(step: { readonly entry: string; readonly fields: Values }): WantedEntry {
  return { key: step.entry, fields: step.fields };
}

function unlessThere(request: RequestBody): RequestBody {
  return { ...request, flags: NLM_F.CREATE | NLM_F.EXCL };
}

/** An errand that changes a list, in the namespace it is of. */
function asked(
  step: Step,
  at: Addressing,
  list: AskedList,
  encode: (holder: Holder, names: Names) => Errand | undefined,
): Encoding {
  const { name } = parseObjectId(step.id);
  const { names, namespace } = list.of === 'link' ? at : at.under(name);
  // What belongs to a namespace can be taken away when the link is gone.
  const holder = at.holder(name) ?? (list.of === 'underlay' ? { ifindex: 0, name, kind: null } : undefined);
  if (holder === undefined) return notSent(`no link named ${name}`);
  const errand = encode(holder, names);
  return errand === undefined ? notSent('a link it names is not there') : { errand, list, from: namespace };
}

function onLink(step: Step, at: Addressing, encode: (holder: Holder) => Encoding): Encoding {
  const { name } = parseObjectId(step.id);
  const holder = at.holder(name);
  return holder === undefined ? notSent(`no link named ${name}`) : encode(holder);
}

function notSent(why: string): Encoding {
  return { outcome: { is: 'not-sent', why } };
}

/**
 * The namespace a link stands on, where that is not its own; most are made from there.
 * With IFLA_LINK_NETNSID instead, kernels before 6.15 take its name there for a moment (rtnl_newlink_create in net/core/rtnetlink.c).
 */
function madeFrom(step: Extract<Step, { do: 'create' }>): NamespaceName | undefined {
  const { namespace } = parseObjectId(step.id);
  const from = underlayWanted(namespace, step.kind, step.fields);
  return from === namespace ? undefined : from;
}

/** Whether the namespace a link of this kind stands on is said by its number, and not by where the request is made. */
function isSaidByNumber(kind: string): boolean {
  return Object.values(fieldsOf(kind)).some(({ place }) => place.at === 'netns' && place.by === 'number');
}

function numberOfUnderlay(number: number): { path: readonly number[]; payload: Uint8Array } {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setInt32(0, number, littleEndian);
  return { path: [IFLA.LINK_NETNSID], payload };
}

function intoNamespace(at: Addressing): { path: readonly number[]; payload: Uint8Array } {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, at.descriptor(), littleEndian);
  return { path: [IFLA.NET_NS_FD], payload };
}

function takenTwice(kind: string, fields: Values): Values {
  const table = fieldsOf(kind);
  return Object.fromEntries(Object.entries(fields).filter(([key]) => table[key]?.twice === true));
}

function one(type: number, flags: number, body: Uint8Array): { readonly requests: readonly RequestBody[] } {
  return { requests: [{ type, flags, body }] };
}

function membership(members: readonly string[], at: Addressing, master: number): RequestBody[] {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, master, littleEndian);
  return members.flatMap((member) => {
    const holder = at.holder(member as LinkName);
    if (holder === undefined) return [];
    return [
      { type: RTM.NEWLINK, flags: 0, body: link(holder.ifindex, 0, 0, [{ path: [IFLA.MASTER], payload }]) },
    ];
  });
}

/**
 * The kernel wants to know whose data it gets: the link's own kind, or that of its master.
 * A kind named without its data is asked to validate nothing, and may refuse that (vxlan_validate in drivers/net/vxlan).
 */
function kindAttributes(
  kindName: string,
  fields: Values,
): { path: readonly number[]; payload: Uint8Array }[] {
  const own = kindNamed(kindName);
  const attributes: { path: readonly number[]; payload: Uint8Array }[] = [];
  const standsInside = (key: string) => {
    const row = own?.fields[key];
    return row !== undefined && standsInKindData(row);
  };
  if (own?.kernel != null && Object.keys(fields).some(standsInside)) {
    attributes.push({ path: [IFLA.LINKINFO, IFLA_INFO.KIND], payload: Buffer.from(own.kernel.kind) });
  }
  const master = Object.keys(fields)
    .map(masterOfPortKey)
    .find((kind) => kind !== undefined);
  if (master?.kernel != null) {
    attributes.push({
      path: [IFLA.LINKINFO, IFLA_INFO.SLAVE_KIND],
      payload: Buffer.from(master.kernel.kind),
    });
  }
  return attributes;
}

/** struct ifinfomsg and attributes. */
function link(
  ifindex: number,
  flags: number,
  mask: number,
  attributes: readonly { path: readonly number[]; payload: Uint8Array }[],
): Uint8Array {
  const writer = new Writer(256).u8(AF.UNSPEC).u8(0).u16(0).u32(ifindex).u32(flags).u32(mask);
  writeAttributes(writer, attributes);
  return writer.bytes.slice();
}
