import { foundLink } from '../inventory/found.ts';
import type { View } from '../inventory/view.ts';
import type { ObjectId } from '../model/address.ts';
import type { ContestedSettings } from '../model/declaration.ts';
import type { Channel } from '../netlink/channel.ts';
import type { NetlinkSocket } from '../netlink/native.ts';
import type { Performer } from '../owners/performer.ts';
import { reflexesOf } from '../owners/reflexes.ts';
import type { FoundLink, Judgement } from '../plan/situation.ts';
import { programOf } from '../wire/reflex.ts';
import type { Held } from './held.ts';
import type { Identities } from './identities.ts';
import type { Objects } from './objects.ts';

/** Reflexes are made ready when nothing has happened for so long, a few at a time. */
const REST_MS = 20;
const SLICE_MS = 2;

interface Surroundings {
  readonly socket: NetlinkSocket;
  readonly channel: Channel;
  readonly view: View;
  readonly objects: Objects;
  readonly identities: Identities;
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
    if (held.armed !== 0 || !mayAct(held, this.#around.contested())) return;
    this.#waiting.add(id);
    if (!this.#scheduled) this.#schedule(REST_MS);
  }

  /** Something was done about an object; `backed` is the link whose reflex the planner had the same thought as. */
  acted(held: Held, backed: number): void {
    // What was ready for the link may no longer be right, unless it just proved to be.
    if (held.armed !== backed || !mayAct(held, this.#around.contested())) this.disarm(held);
  }

  /** Other rules are in force for all. */
  disarmAll(): void {
    for (const [, held] of this.#around.objects.entries()) this.disarm(held);
  }

  /** What was made ready no longer goes, or may not. */
  disarm(held: Held | undefined): void {
    if (held === undefined || held.armed === 0) return;
    this.#around.socket.disarm(held.armed);
    held.armed = 0;
  }

  /** What a reflex sent and the planner did not ask for was not to be: the link has none until it is looked at again. */
  disarmStray(): void {
    const { channel, identities, objects, socket } = this.#around;
    const stray = channel.reflexed;
    if (stray === 0) return;
    channel.forgetReflex();
    const owner = identities.ownerOf(stray);
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
      if (held?.state === 'in-sync' && held.armed === 0 && mayAct(held, this.#around.contested()))
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
    const { view, identities, performer, socket, judgeFound } = this.#around;
    const link = identities.linkOf(id);
    if (link === undefined) return;
    const found = foundLink(view, held.wanted, link, held.sight);
    const reflexes = reflexesOf(
      { wanted: held.wanted, link, found, addresses: view.inventory.addresses(link.ifindex) },
      (without) => judgeFound(id, held, without),
      (step) => performer.encode(step),
    );
    if (reflexes.length === 0) return;
    socket.arm(link.ifindex, programOf(reflexes));
    held.armed = link.ifindex;
  }
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
