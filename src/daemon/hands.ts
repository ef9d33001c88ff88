import { isNamespaceId, type ObjectId } from '../model/address.ts';
import type { Step } from '../model/step.ts';
import type { Channel } from '../netlink/channel.ts';
import type { LinkNumber } from '../netlink/native.ts';
import type { Ledger } from '../owners/ledger.ts';
import type { NamespaceMaker } from '../owners/namespace-maker.ts';
import type { Job, Performed, Performer } from '../owners/performer.ts';
import { readLinkRequest } from '../owners/rtnetlink.ts';
import type { Judgement } from '../plan/situation.ts';
import type { Arming } from './arming.ts';
import type { Assessor } from './assessor.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { Claims } from './claims.ts';
import { Flights } from './flights.ts';
import type { Held } from './held.ts';
import { namesMade } from './names-made.ts';
import type { Objects } from './objects.ts';
import type { Queue } from './queue.ts';
import type { Rooms } from './rooms.ts';
import { explained } from './takers.ts';

/** What is to be done for one object, and how the links it refers to stood when that was decided. */
export interface Work {
  readonly id: ObjectId;
  readonly held: Held;
  readonly judgement: Judgement;
  readonly steps: readonly Step[];
  readonly disruptive: boolean;
  readonly around: readonly number[];
  readonly before: number | undefined;
}

interface Surroundings {
  readonly channel: Channel;
  readonly rooms: Rooms;
  readonly objects: Objects;
  readonly ledger: Ledger;
  readonly performer: Performer;
  readonly maker: NamespaceMaker;
  readonly assessor: Assessor;
  readonly claims: Claims;
  readonly books: Bookkeeper;
  readonly arming: Arming;
  readonly queue: Queue;
}

/** Does what was decided, and has it booked; of many things the kernel is at one batch while the next is judged. */
export class Hands {
  /** What is in the air. */
  readonly flights = new Flights<Work>();
  readonly #around: Surroundings;
  #bouncing = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Whether a disruptive step is under way. */
  get isBouncing(): boolean {
    return this.#bouncing;
  }

  /** Whether something of an object, or of what it refers to, is in the air: what stands on others comes after them. */
  mustWait(id: ObjectId, { sight }: Held): boolean {
    if (!this.flights.isAwaiting) return false;
    return this.#isAloft(id) || sight.mentions.some((other) => this.#isAloft(other));
  }

  /** `making` are the objects there will be, in work or not: the other ends of pairs too. */
  act(jobs: readonly Work[], making: Iterable<ObjectId>): void {
    const { channel, rooms, ledger, performer, claims, books } = this.#around;
    for (const { id, held, steps } of jobs)
      for (const along of claims.before(id, held, steps)) books.repairedWith(along);
    ledger.write();
    const reflexed = channel.reflexed;
    let reads: readonly number[] = [];
    const reading = () => {
      reads = rooms.host.inventory.takeStale();
      return reads.map(readLinkRequest);
    };
    const mayFly = reflexed === undefined && jobs.every(({ id }) => rooms.of(id) === rooms.host);
    const launched = mayFly ? performer.launch(jobs, reading) : undefined;
    if (launched !== undefined) {
      this.flights.launch(jobs, making, reads, launched);
      return;
    }
    this.#bouncing = jobs.some(({ disruptive }) => disruptive);
    const results = this.perform(jobs);
    this.#bouncing = false;
    this.#book(jobs, results, channel.hasReflexed ? undefined : reflexed);
  }

  /** Sends the steps of many objects together; what each came to, in the same order. */
  perform(jobs: readonly (Job & { readonly id: ObjectId })[]): readonly (readonly Performed[])[] {
    const { performer, maker } = this.#around;
    const links = jobs.filter(({ id }) => !isNamespaceId(id));
    const performed = new Map(performer.perform(links).map((results, i) => [links[i], results]));
    return jobs.map((job) => (isNamespaceId(job.id) ? maker.perform(job) : performed.get(job)) ?? []);
  }

  /** Waits for the oldest batch in the air, and books it. */
  land(): void {
    const landed = this.flights.land();
    if (landed === undefined) return;
    this.#book(landed.works, landed.results, undefined);
    for (const [id, reason] of landed.parked) this.#around.queue.add(id, reason);
  }

  landAll(): void {
    while (this.flights.isAwaiting) this.land();
  }

  #isAloft(id: ObjectId): boolean {
    if (this.flights.waits(id)) return true;
    // Its link is being read again, or will be once something has landed.
    const { rooms } = this.#around;
    const { host } = rooms;
    const link = rooms.of(id) === host ? rooms.linkOf(id) : undefined;
    return link !== undefined && (host.inventory.isStale(link.ifindex) || this.flights.reads(link.ifindex));
  }

  /** `backed` is the link whose reflex sent the same. */
  #book(
    jobs: readonly Work[],
    results: readonly (readonly Performed[])[],
    backed: LinkNumber | undefined,
  ): void {
    const { arming, queue } = this.#around;
    for (const [i, job] of jobs.entries()) {
      this.#performed(job, results[i] ?? []);
      arming.acted(job.held, backed);
      queue.add(job.id, { noticed: null, urgent: true });
    }
  }

  #performed({ id, held, judgement, disruptive, around, before }: Work, results: readonly Performed[]): void {
    const { rooms, books, assessor } = this.#around;
    const link = rooms.linkOf(id);
    const remade = results.some(({ step }) => step.do === 'delete' && step.id === id);
    if (link?.ifindex !== before && !remade) books.died(held, link !== undefined);
    if (link !== undefined) books.tellDrift(id, held);
    books.mending(id, held);
    const mark = () => assessor.fingerprint(id, held, link);
    // A link it refers to went or came while the request was on its way: the answer was to another question.
    const overtaken = assessor.around(id, held).some((ifindex, i) => ifindex !== around[i]);
    for (const result of results) {
      const told = explained(rooms, held.wanted, result);
      books.performed(id, held, judgement, told, disruptive, overtaken, mark);
    }
    for (const { step, outcome } of results) {
      if (step.do !== 'create' || outcome.is === 'done') continue;
      for (const unmade of namesMade(step)) this.#unmade(unmade, outcome.is === 'refused');
    }
  }

  /** No notice will come of what could not be made: the other end of a pair has to be looked at without. */
  #unmade(id: ObjectId, isRefused: boolean): void {
    const { rooms, objects, ledger, queue } = this.#around;
    const held = objects.get(id);
    if (held === undefined) return;
    // A claim on it would be a claim on what somebody else makes later.
    if (isRefused && held.arriving === 'created' && rooms.linkOf(id) === undefined) ledger.forget(id);
    queue.add(id, { noticed: null, urgent: false });
  }
}
