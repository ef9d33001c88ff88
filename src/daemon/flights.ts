import type { ObjectId } from '../model/address.ts';
import type { Launched, Performed } from '../owners/performer.ts';
import type { Reason } from './queue.ts';

/** So many batches are given to the kernel: it never waits for the next one while what came of the last is read. */
const MOST = 2;

/** What is done for one object. */
interface Errand {
  readonly id: ObjectId;
}

interface Flight<Work extends Errand> {
  readonly works: readonly Work[];
  readonly ids: readonly ObjectId[];
  readonly reads: readonly number[];
  readonly launched: Launched;
}

/** What a batch came to, work by work. */
export interface Landed<Work extends Errand> {
  readonly works: readonly Work[];
  readonly results: readonly (readonly Performed[])[];
  /** What had to wait until something landed. */
  readonly parked: ReadonlyMap<ObjectId, Reason>;
}

/**
 * Batches of work the kernel is at while the next one is judged.
 * What has work in the air is not judged before that has landed: its notices may be read before its answers.
 */
export class Flights<Work extends Errand> {
  readonly #flights: Flight<Work>[] = [];
  readonly #aloft = new Set<ObjectId>();
  readonly #reads = new Set<number>();
  #parked = new Map<ObjectId, Reason>();

  /** Whether anything is in the air. */
  get isAwaiting(): boolean {
    return this.#flights.length > 0;
  }

  /** Whether something has to land before more is launched. */
  get isFull(): boolean {
    return this.#flights.length >= MOST;
  }

  /** Whether something is on its way for an object, or along with that of another one. */
  has(id: ObjectId): boolean {
    return this.#aloft.has(id);
  }

  /** Whether an object is to be looked at when something has landed. */
  waits(id: ObjectId): boolean {
    return this.#aloft.has(id) || this.#parked.has(id);
  }

  /** Whether a link is being read again. */
  reads(ifindex: number): boolean {
    return this.#reads.has(ifindex);
  }

  /** Keeps an object from being looked at until something has landed. */
  park(id: ObjectId, reason: Reason): void {
    const noticed = this.#parked.get(id)?.noticed ?? reason.noticed;
    this.#parked.set(id, { noticed, urgent: reason.urgent || this.#parked.get(id)?.urgent === true });
  }

  /** `along` are the objects that are made with others, the other ends of pairs; `reads` the links that are read again. */
  launch(
    works: readonly Work[],
    along: Iterable<ObjectId>,
    reads: readonly number[],
    launched: Launched,
  ): void {
    const ids = [...works.map(({ id }) => id), ...along];
    this.#flights.push({ works, ids, reads, launched });
    for (const id of ids) this.#aloft.add(id);
    for (const ifindex of reads) this.#reads.add(ifindex);
  }

  /** Waits for the oldest batch; undefined when none is in the air. */
  land(): Landed<Work> | undefined {
    const [flight] = this.#flights;
    if (flight === undefined) return undefined;
    const { works, ids, reads, launched } = flight;
    const results = launched.land();
    this.#flights.shift();
    for (const id of ids) this.#aloft.delete(id);
    for (const ifindex of reads) this.#reads.delete(ifindex);
    const parked = this.#parked;
    this.#parked = new Map();
    return { works, results, parked };
  }
}
