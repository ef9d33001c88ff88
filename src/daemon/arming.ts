import { foundLink } from '../inventory/found.ts';
import type { ObjectId } from '../model/address.ts';
import type { ContestedSettings } from '../model/declaration.ts';
import type { Channel } from '../netlink/channel.ts';
import type { LinkNumber, NetlinkSocket } from '../netlink/native.ts';
import type { Performer } from '../owners/performer.ts';
import { reflexesOf } from '../owners/reflexes.ts';
import type { FoundLink, Judgement } from '../plan/situation.ts';
import { programOf } from '../wire/reflex.ts';
import type { Held } from './held.ts';
import type { Objects } from './objects.ts';
import type { Rooms } from './rooms.ts';

/** Reflexes are made ready when nothing has happened for so long, a few at a time. */
const REST_MS = 20;
const SLICE_MS = 2;

interface Surroundings {
  readonly socket: NetlinkSocket;
  readonly channel: Channel;
  readonly rooms: Rooms;
  readonly objects: Objects;
  readonly performer: Performer;
  /** What the planner would say if the link were so. */
  judgeFound(id: ObjectId, held: Held, found: FoundLink): Judgement;
  contested(): ContestedSettings;
  broken(id: ObjectId, held: Held, error: unknown): void;
  /** Whether something waits to be looked at. */
  isBusy(): boolean;
  later(work: () => void, ms: number): void;
}

/** Gives reflexes to the links of objects in step of which nothing is fought over or left to the operator. */
export class Arming {
  readonly #around: Surroundings;
  readonly #waiting = new Set<ObjectId>();
  #scheduled = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** An object was found in step. */
  inStep(id: ObjectId, held: Held): void {
    if (held.armed !== undefined || !mayAct(held, this.#around.contested())) return;
    this.#waiting.add(id);
    if (!this.#scheduled) this.#schedule(REST_MS);
  }

  /** Something was done about an object; `backed` is the link whose reflex the planner had the same thought as. */
  acted(held: Held, backed: LinkNumber | undefined): void {
    // What was ready for the link may no longer be right, unless it just proved to be.
    if (!isSame(held.armed, backed) || !mayAct(held, this.#around.contested())) this.disarm(held);
  }

  /** Other rules are in force for all. */
  disarmAll(): void {
    for (const [, held] of this.#around.objects.entries()) this.disarm(held);
  }

  /** What was made ready no longer goes, or may not. */
  disarm(held: Held | undefined): void {
    if (held?.armed === undefined) return;
    this.#around.socket.disarm(held.armed);
    held.armed = undefined;
  }

  /** What a reflex sent and the planner did not ask for was not to be: the link has none until it is looked at again. */
  disarmStray(): void {
    const { channel, rooms, objects, socket } = this.#around;
    const stray = channel.reflexed;
    if (stray === undefined) return;
    channel.forgetReflex();
    const owner = rooms.heardAs(stray.nsid)?.identities.ownerOf(stray.ifindex);
    if (owner !== undefined) this.disarm(objects.get(owner));
    socket.disarm(stray);
  }

  #schedule(ms: number): void {
    this.#scheduled = true;
    this.#around.later(() => {
      this.#scheduled = false;
      if (!this.#around.isBusy()) this.#armSome();
      if (this.#waiting.size > 0) this.#schedule(this.#around.isBusy() ? REST_MS : SLICE_MS);
    }, ms);
  }

  #armSome(): void {
    const end = performance.now() + SLICE_MS;
    for (const id of this.#waiting) {
      this.#waiting.delete(id);
      const held = this.#around.objects.get(id);
      if (held?.state === 'in-sync' && held.armed === undefined && mayAct(held, this.#around.contested()))
        this.#tryToArm(id, held);
      if (performance.now() > end) return;
    }
  }

  /** A surprise about one object stays with that object. */
  #tryToArm(id: ObjectId, held: Held): void {
    try {
      this.#arm(id, held);
    } catch (error) {
      this.#around.broken(id, held, error);
    }
  }

  #arm(id: ObjectId, held: Held): void {
    const { rooms, performer, socket, judgeFound } = this.#around;
    const room = rooms.of(id);
    const link = room?.identities.linkOf(id);
    if (room === undefined || link === undefined) return;
    const found = foundLink(room.view, held.wanted, link, held.sight);
    const reflexes = reflexesOf(
      { wanted: held.wanted, link, found, addresses: room.inventory.addresses(link.ifindex) },
      (without) => judgeFound(id, held, without),
      (step) => performer.encode(step),
    );
    if (reflexes.length === 0) return;
    const number = { nsid: room.nsid, ifindex: link.ifindex };
    socket.arm(number, programOf(reflexes));
    held.armed = number;
  }
}

function isSame(one: LinkNumber | undefined, other: LinkNumber | undefined): boolean {
  return one?.nsid === other?.nsid && one?.ifindex === other?.ifindex;
}

/** Whether the next drift is to be repaired at once, whatever it is. */
function mayAct(
  { wanted, contests, forced, arriving }: Held,
  { after, withinMs }: ContestedSettings,
): boolean {
  if (wanted.onDrift !== 'restore' || forced || arriving !== null) return false;
  const since = Date.now() - withinMs;
  for (const { fight, repairs } of contests.values())
    if (fight !== null || (after > 0 && repairs.filter((at) => at >= since).length >= after)) return false;
  return true;
}
