import type { ObjectId } from '../model/address.ts';
import type { Channel } from '../netlink/channel.ts';
import type { Arming } from './arming.ts';
import type { Attendant } from './attendant.ts';
import { nowMicros } from './clock.ts';
import type { Ears } from './ears.ts';
import type { Hands } from './hands.ts';
import type { Queue } from './queue.ts';
import type { Reader } from './reader.ts';
import type { Rooms } from './rooms.ts';

/** At most so many objects and so long a turn, so that the event loop of the thread stays awake. */
const BATCH = 64;
const TURN_MS = 5;
/** Datagrams read before what they changed is looked at: 16 a system call. */
const READS = 4;

interface Surroundings {
  readonly arming: Arming;
  readonly attendant: Attendant;
  readonly channel: Channel;
  readonly ears: Ears;
  readonly hands: Hands;
  readonly queue: Queue;
  readonly reader: Reader;
  readonly rooms: Rooms;
  /** Reads everything again. */
  resync(): void;
  /** Nothing waits to be looked at: what waited for that goes on. */
  idle(): void;
  /** Calls back soon, after the event loop had its turn. */
  soon(work: () => void): void;
}

/** When the keeper works: what was heard is read, and what waits is looked at, a little at a time until nothing waits. */
export class Turns {
  readonly #around: Surroundings;
  #isLost = false;
  #isWorking = false;
  #isStopped = false;
  #asked: { readonly id: ObjectId; readonly then: () => void }[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Notices were lost: what is known of the world is no more than a guess, until it is read again. */
  lose(): void {
    this.#isLost = true;
  }

  /** Begins no other. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Calls back once an object that waits to be looked at was, and nothing is to be done for it. */
  whenDone(id: ObjectId, then: () => void): void {
    this.#asked.push({ id, then });
  }

  /** Whether anything is to be done, or to be waited for. */
  get isBusy(): boolean {
    const { hands, queue, rooms } = this.#around;
    return this.#isLost || queue.size > 0 || hands.flights.isAwaiting || rooms.hasStale;
  }

  /** Reads what was heard, and works. */
  take(): void {
    const { channel, ears } = this.#around;
    ears.hearing(nowMicros() - channel.reflexMicros, () => channel.drain(READS));
    this.work();
  }

  /** Looks at what waits until nothing does or the turn is over. */
  work(): void {
    if (this.#isWorking || this.#isStopped) return;
    const { arming, attendant, channel, hands, queue, reader } = this.#around;
    this.#isWorking = true;
    const end = performance.now() + TURN_MS;
    while (this.isBusy) {
      if (this.#isLost) this.#readAll();
      // Without the notices of what was made it would be made once more.
      if (hands.flights.isFull || queue.size === 0) hands.land();
      if (this.#isLost) continue;
      // What a reflex answered is looked at before anything more is read, which would hide the drift.
      if (!channel.hasReflexed) reader.freshen(hands.flights.isAwaiting);
      attendant.lookAt(queue.take(channel.hasReflexed ? queue.size : BATCH));
      // What nobody asked a reflex for is given up below, before anything is read.
      const isStray = queue.size === 0 && channel.hasReflexed;
      if (isStray || performance.now() > end) break;
    }
    this.#isWorking = false;
    arming.disarmStray();
    this.#answer();
    // Letting go of what left the declaration reads notices too.
    if (!this.isBusy) this.#around.idle();
    channel.reflexes = !this.isBusy;
    if (this.isBusy) this.#around.soon(() => this.take());
  }

  #readAll(): void {
    this.#around.hands.landAll();
    this.#isLost = false;
    this.#around.resync();
  }

  /** Whoever asked for an object is answered once nothing waits to be done for it. */
  #answer(): void {
    const { hands, queue } = this.#around;
    const ready = this.#asked.filter(({ id }) => !queue.has(id) && !hands.waits(id));
    this.#asked = this.#asked.filter((one) => !ready.includes(one));
    for (const { then } of ready) then();
  }
}
