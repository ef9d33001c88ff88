import type { Touch } from '../inventory/inventory.ts';
import { isDatapath } from '../inventory/switched-obstacles.ts';
import { type ObjectId, objectId } from '../model/address.ts';
import { OWN, type Received } from '../netlink/messages.ts';
import { numberTold } from '../netlink/nsid.ts';
import type { Salvage } from '../owners/salvage.ts';
import { RTM } from '../wire/rtnetlink.ts';
import { nowMicros } from './clock.ts';
import type { Doorman } from './doorman.ts';
import { isSwitched } from './held.ts';
import type { Objects } from './objects.ts';
import type { Queue } from './queue.ts';
import type { Reader } from './reader.ts';
import { requesterOf } from './requester.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

interface Surroundings {
  readonly rooms: Rooms;
  readonly objects: Objects;
  readonly queue: Queue;
  readonly reader: Reader;
  readonly salvage: Salvage;
  readonly doorman: Doorman;
  /** The port vnetd's own requests come from. */
  readonly portId: number;
  /** Whether a disruptive step is under way, which knocks over more than it is about. */
  isBouncing(): boolean;
  later(work: () => void, ms: number): void;
}

/** Takes what the kernel says to the room it is about, and has looked at what that touches. */
export class Ears {
  readonly #around: Surroundings;
  #noticed: number | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** What is heard meanwhile was there to be heard at that time, in microseconds of the monotonic clock. */
  hearing(since: number, hear: () => void): void {
    this.#noticed = since;
    hear();
    this.#noticed = null;
  }

  take(received: Received): void {
    const { rooms, salvage } = this.#around;
    const room = rooms.heardAs(received.nsid);
    if (room === undefined) return;
    switch (received.type) {
      case RTM.NEWROUTE:
        salvage.takeRoute(received);
        return;
      case RTM.NEWNSID:
      case RTM.DELNSID:
        this.#renumbered(room, received);
        return;
      default:
        room.inventory.take(received);
    }
  }

  /** Numbers of namespaces changed: inside of one, or the last is told of one that ended. */
  #renumbered(room: Room, notice: Received): void {
    const { rooms, doorman, later } = this.#around;
    if (room !== rooms.host) rooms.renumbered(room);
    else if (notice.type === RTM.DELNSID) {
      const name = rooms.heardAs(numberTold(notice) ?? OWN)?.name;
      if (name != null) later(() => doorman.look(name), 0);
    }
  }

  /** Something of a link is other than it was: whoever it is for, and whoever stands on it, is looked at. */
  touched(room: Room, touch: Touch): void {
    const { objects, rooms } = this.#around;
    if (objects.size === 0) return;
    const { name: namespace, inventory, identities } = room;
    const id = objectId(namespace, touch.name);
    this.#look(id);
    const owner = identities.ownerOf(touch.ifindex);
    if (owner !== undefined && owner !== id) this.#look(owner);
    if (touch.moved !== undefined && owner !== undefined)
      rooms.strays.moved(owner, { from: room, ...touch.moved });
    for (const master of touch.masters) {
      const masterName = inventory.link(master)?.name;
      if (masterName !== undefined) this.#look(objectId(namespace, masterName));
    }
    if (touch.standing) for (const one of objects.mentioning(id)) this.#look(one);
    else this.#lookAtTakers(room, id, touch.masters);
    if (touch.what === 'list') this.#blame(owner ?? id, touch.requester);
  }

  /**
   * A link has one master: what Open vSwitch has not it may have now, and one of the kernel's takes what it has. Of the
   * kernel's datapath it says itself that a link went, which takes a moment longer.
   */
  #lookAtTakers({ inventory }: Room, id: ObjectId, masters: readonly number[]): void {
    const { objects } = this.#around;
    const isKernels = masters.some((master) => !isDatapath(inventory.link(master)));
    for (const one of objects.mentioning(id)) {
      const held = objects.get(one);
      if (held === undefined || !isSwitched(held)) continue;
      if (isKernels || held.state === 'refused' || held.state === 'waiting') this.#look(one);
    }
  }

  #look(id: ObjectId): void {
    const { objects, queue, reader, isBouncing } = this.#around;
    const held = objects.get(id);
    if (held === undefined) return;
    if (isBouncing()) held.bounced = true;
    // What was asked for is no news of this moment.
    if (reader.isReading) queue.add(id, { noticed: null, urgent: false });
    else queue.add(id, { noticed: this.#noticed ?? nowMicros(), urgent: true });
  }

  /** Remembers who asked for a change, where the notice says it. */
  #blame(id: ObjectId, requester: number): void {
    const { objects, reader, portId } = this.#around;
    if (requester === 0 || requester === portId || reader.isReading) return;
    const held = objects.get(id);
    if (held !== undefined) held.by = requesterOf(requester);
  }
}
