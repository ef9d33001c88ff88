import { flagsOf } from '../derive/codec.ts';
import type { WantedLink } from '../model/declaration.ts';
import { numberAt, pairsAt, type Row, textAt } from '../ovsdb/row.ts';
import type { Condition } from '../plan/situation.ts';
import { kindNamed } from '../reconcilers/index.ts';
import { CARRIED } from '../reconcilers/ovs-columns.ts';
import { IFF } from '../wire/rtnetlink.ts';
import type { InventoryLink } from './links.ts';
import { linkInTheWay, masterInTheWay } from './switched-obstacles.ts';
import type { Switches } from './switches.ts';
import type { View } from './view.ts';

const VSWITCHD = 'ovs-vswitchd';
/** What ovs-vswitchd writes where it could not make the port (iface_create in vswitchd/bridge.c). */
const NO_PORT = -1;
/** Who makes links (datapath_type of ovs-vswitchd.conf.db(5)). */
const datapaths = ['system', 'netdev'];

/** What is known of the surroundings of Open vSwitch's objects. */
export interface SwitchedWorld {
  readonly view: View;
  readonly switches: Switches;
  /** One that just began has not opened all its links yet; one that is gone has let go of them. */
  readonly vswitchd: 'runs' | 'begins' | 'is gone';
}

/** An object whose rows are there, and what is around it. */
export interface Standing extends SwitchedWorld {
  readonly wanted: WantedLink;
  /** Its interface; undefined for a bridge whose own port somebody took out. */
  readonly face: Row | undefined;
  /** All of a bond. */
  readonly faces: readonly Row[];
  readonly bridge: string | undefined;
}

type Case = (standing: Standing) => Condition | undefined;

/** What explains the others comes first. */
const cases: readonly Case[] = [
  linkAbsent,
  beingAttached,
  ownPortTakenOut,
  peerAbsent,
  inAnotherMaster,
  ofFaces(refused),
  ofFaces(notTakenUp),
  memberAbsent,
  ownLinkLost,
  linkReplaced,
];

/** What keeps an object from working though its rows are there; of a bond, the first of its members that does not. */
export function conditionOf(standing: Standing): Condition | undefined {
  // What a port of another type does says nothing: that it is of another type does.
  if (isOfAnotherType(standing)) return undefined;
  for (const one of cases) {
    const condition = one(standing);
    if (condition !== undefined) return condition;
  }
  return undefined;
}

/** Whether Open vSwitch could not make what an interface stands for. */
export function isFailed(face: Row): boolean {
  return numberAt(face, 'ofport') === NO_PORT;
}

/** Whether Open vSwitch makes the link of an interface: one of another type is its owner's, the tap of a guest. */
export function isInternal(face: Row): boolean {
  return textAt(face, 'type') === 'internal';
}

function isOfAnotherType({ wanted, face }: Standing): boolean {
  const { type } = wanted.fields;
  return type !== undefined && face !== undefined && carriedBy(face) === undefined && typeOf(face) !== type;
}

/** A link of others that is to be in the switch is not there. */
function linkAbsent({ view, wanted }: Standing): Condition | undefined {
  const name = needsOf(wanted).find((one) => view.inventory.named(one) === undefined);
  return name === undefined ? undefined : { is: 'waiting', for: name, gone: true };
}

/** Members come in each when it is there: the last thing to be said of a bond. */
function memberAbsent({ view, wanted, faces }: Standing): Condition | undefined {
  const name = takenIn(wanted, faces).find((one) => view.inventory.named(one) === undefined);
  return name === undefined ? undefined : { is: 'waiting', for: name, gone: true };
}

/** An interface was let go to be taken in again, which is not over. */
function beingAttached(standing: Standing): Condition | undefined {
  const face = standing.faces.find((one) => carriedBy(one) !== undefined);
  if (face === undefined) return undefined;
  if (isBehind(standing)) return { is: 'waiting', for: VSWITCHD };
  const phase = typeOf(face) === standing.wanted.fields.type ? 'settle' : 'take in';
  return { is: 'detached', link: nameOf(face), isOwn: hasOwnLink(standing.wanted), phase };
}

/** The link of a bridge is its own port’s. */
function ownPortTakenOut(standing: Standing): Condition | undefined {
  if (standing.face !== undefined) return undefined;
  if (isBehind(standing) || kindNamed(standing.wanted.kind)?.parts === undefined)
    return { is: 'waiting', for: VSWITCHD };
  return { is: 'detached', link: standing.wanted.name, isOwn: true, phase: 'take in' };
}

function peerAbsent({ switches, wanted, face, bridge }: Standing): Condition | undefined {
  const { peer } = wanted.fields;
  if (typeof peer !== 'string') return undefined;
  const other = switches.port(peer);
  if (switches.interface(peer) === undefined || other === undefined) return { is: 'waiting', for: peer };
  // Once an end was in another bridge, Open vSwitch 3.1 says of the other one every second time that it has no usable
  // peer, and passes packets all the same (ofport_update_peer in ofproto/ofproto-dpif.c).
  const says = face !== undefined && !isFailed(face) && errorOf(face) !== '';
  if (!says) return undefined;
  if (datapathOf(switches, other.bridge) !== datapathOf(switches, bridge))
    return refusedFor(`${peer} is in ${other.bridge ?? 'a bridge'}, a bridge of another datapath_type`);
  const theirs = switches.interface(peer)?.row ?? {};
  const isPatch = typeOf(theirs) === 'patch' && pairsAt(theirs, 'options').get('peer') === wanted.name;
  if (!isPatch) return { is: 'waiting', for: peer, to: `be a patch port whose peer is ${wanted.name}` };
  return isFailed(theirs) ? { is: 'waiting', for: peer } : undefined;
}

/** The kernel gives the packets of a link to one taker only (netdev_rx_handler_register in net/core/dev.c). */
function inAnotherMaster({ view, wanted, faces }: Standing): Condition | undefined {
  for (const name of takenIn(wanted, faces)) {
    const words = masterInTheWay(view, name);
    if (words !== undefined) return refusedFor(words);
  }
  return undefined;
}

function ofFaces(caseOf: (face: Row, standing: Standing) => Condition | undefined): Case {
  return (standing) => {
    for (const face of standing.faces) {
      // One whose link is not there has nothing to say.
      const isAbsent = standing.faces.length > 1 && standing.view.inventory.named(nameOf(face)) === undefined;
      const condition = isAbsent ? undefined : caseOf(face, standing);
      if (condition !== undefined) return condition;
    }
    return undefined;
  };
}

/** What has a number works: an error beside is that of before, which is taken back later. */
function refused(face: Row, standing: Standing): Condition | undefined {
  const number = numberAt(face, 'ofport');
  if (number !== undefined && number !== NO_PORT) return undefined;
  // Said of a link that was not there: now that it is, it is looked at again.
  if (/\(No such device\)$/.test(errorOf(face)) && takenIn(standing.wanted, [face]).includes(nameOf(face)))
    return { is: 'waiting', for: VSWITCHD };
  const own = hasOwnLink(standing.wanted) ? standing.view.inventory.named(nameOf(face)) : undefined;
  const isBusy = /\(Device or resource busy\)$/.test(errorOf(face));
  // It is made by now, which is said next.
  if (own !== undefined && !isBusy && isMadeBy(own, datapathOf(standing.switches, standing.bridge)))
    return { is: 'waiting', for: VSWITCHD };
  const obstacle = own === undefined ? undefined : linkInTheWay(standing.view, own.name);
  if (errorOf(face) !== '') return refusedFor(obstacle ?? errorOf(face));
  if (number === undefined && isBehind(standing)) return undefined;
  // A bridge whose datapath cannot be opened gets neither a number nor an error.
  return refusedFor(obstacle ?? 'ovs-vswitchd could not make it; its log says why');
}

function notTakenUp(face: Row, standing: Standing): Condition | undefined {
  return numberAt(face, 'ofport') === undefined && isBehind(standing)
    ? { is: 'waiting', for: VSWITCHD }
    : undefined;
}

/**
 * The link that Open vSwitch made is gone, and it says so itself: of a port that is being deleted it does not, whose link
 * goes before its rows do, nor does a database that was just started or an ovs-vswitchd that just ended.
 */
function ownLinkLost(standing: Standing): Condition | undefined {
  const { switches, view, wanted, face, bridge } = standing;
  if (!hasOwnLink(wanted) || face === undefined || isBehind(standing)) return undefined;
  const link = view.inventory.named(wanted.name);
  const number = numberAt(face, 'ifindex');
  const isLost =
    link === undefined
      ? number === 0
      : number !== undefined && number === link.ifindex && !isMadeBy(link, datapathOf(switches, bridge));
  return isLost ? { is: 'detached', link: wanted.name, isOwn: true, phase: 'let go' } : undefined;
}

/** A link that is in the switch is no more, though there is another of its name. */
function linkReplaced(standing: Standing): Condition | undefined {
  const { switches, view, wanted, faces, bridge, vswitchd } = standing;
  if (vswitchd === 'is gone') return undefined;
  const names = takenIn(wanted, faces);
  for (const face of faces) {
    const link = names.includes(nameOf(face)) ? view.inventory.named(nameOf(face)) : undefined;
    const number = numberAt(face, 'ifindex');
    // A database that was just started says nothing; 0 is said of a link that was gone when it was looked at.
    if (link === undefined || number === undefined) continue;
    if (number !== link.ifindex) return { is: 'waiting', for: VSWITCHD };
    if (isTakenIn(link, datapathOf(switches, bridge))) continue;
    if (vswitchd === 'begins') return { is: 'waiting', for: VSWITCHD };
    return { is: 'detached', link: link.name, isOwn: false, phase: 'let go' };
  }
  return undefined;
}

/** Whether links stand behind an object that may go without it, and all of them are there. */
export function hasItsLinks({ view, wanted, faces }: Standing): boolean {
  const names = [...(hasOwnLink(wanted) ? [wanted.name] : []), ...takenIn(wanted, faces)];
  return names.length > 0 && names.every((name) => view.inventory.named(name) !== undefined);
}

/** The links of others that an object takes in: those of its name, or the members of a bond. */
export function takenIn(wanted: Pick<WantedLink, 'kind' | 'name' | 'fields'>, faces: readonly Row[]) {
  const isBond = faces.length > 1 || faces.some((face) => nameOf(face) !== wanted.name);
  return isBond ? faces.map(nameOf) : needsOf(wanted);
}

function needsOf({ kind, name, fields }: Pick<WantedLink, 'kind' | 'name' | 'fields'>): readonly string[] {
  return kindNamed(kind)?.needs?.({ name, fields }) ?? [];
}

function hasOwnLink({ kind, fields }: WantedLink): boolean {
  return kindNamed(kind)?.hasLink?.(fields) !== false;
}

/**
 * Whether a link is in a datapath: the kernel's says so itself; ovs-vswitchd listens to all that passes by a link, and
 * goes on with the one it opened when another of its name comes (netdev_linux_rxq_construct in lib/netdev-linux.c).
 */
function isTakenIn({ slaveKind, message }: InventoryLink, datapath: string): boolean {
  return datapath === 'netdev' ? (flagsOf(message) & (1 << IFF.PROMISC)) !== 0 : slaveKind === 'openvswitch';
}

/** Whether a link is one that a datapath makes: the kernel's its own, ovs-vswitchd taps (lib/netdev-linux.c). */
export function isMadeBy({ kind }: InventoryLink, datapath: string): boolean {
  return kind === (datapath === 'netdev' ? 'tun' : 'openvswitch');
}

/** Whether a link is one that some datapath makes. */
export function isMadeByAny(link: InventoryLink): boolean {
  return datapaths.some((datapath) => isMadeBy(link, datapath));
}

/** Whether a bridge is in the kernel's datapath, and there; undefined of one that is not to be in it. */
export function kernelDatapathOf(switches: Switches, bridge: string): 'there' | 'missing' | undefined {
  if (switches.bridge(bridge) === undefined || datapathOf(switches, bridge) !== 'system') return undefined;
  const number = numberAt(switches.interface(bridge)?.row ?? {}, 'ofport');
  const isMissing = number === NO_PORT || (number === undefined && !isBehind({ switches }));
  return isMissing ? 'missing' : 'there';
}

/** Whether ovs-vswitchd has yet to take up what was asked for. */
function isBehind({ switches }: Pick<Standing, 'switches'>): boolean {
  const { next, current } = switches.configured;
  return current < next;
}

function datapathOf(switches: Switches, bridge: string | undefined): string {
  const word = textAt(switches.bridge(bridge ?? '')?.row ?? {}, 'datapath_type') ?? '';
  return word === '' ? 'system' : word;
}

function typeOf(face: Row): string {
  const word = textAt(face, 'type') ?? '';
  return word === '' ? 'system' : word;
}

function nameOf(face: Row): string {
  return textAt(face, 'name') ?? '';
}

/** It writes a line for each thing it dislikes. */
function errorOf(face: Row): string {
  return (textAt(face, 'error') ?? '').trim().replace(/\s*\n\s*/g, '; ');
}

function carriedBy(face: Row): string | undefined {
  const carried = pairsAt(face, 'external_ids').get(CARRIED);
  return carried === undefined ? undefined : String(carried);
}

function refusedFor(words: string): Condition {
  return { is: 'refused', words };
}
