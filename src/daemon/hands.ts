import { isNamespaceId, type ObjectId } from '../model/address.ts';
import type { Step } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import type { Channel } from '../netlink/channel.ts';
import type { LinkNumber } from '../netlink/native.ts';
import type { Ledger } from '../owners/ledger.ts';
import type { NamespaceMaker } from '../owners/namespace-maker.ts';
import type { Job, Performed, Performer } from '../owners/performer.ts';
import { readLinkRequest } from '../owners/rtnetlink.ts';
import type { Judgement } from '../plan/situation.ts';
import { heldBy, ownerOfStep } from '../reconcilers/index.ts';
import type { Arming } from './arming.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { Claims } from './claims.ts';
import { Flights } from './flights.ts';
import { type Held, isSwitched } from './held.ts';
import { namesMade } from './names-made.ts';
import type { Objects } from './objects.ts';
import type { Queue, Reason } from './queue.ts';
import type { Rooms } from './rooms.ts';
import type { Sightings } from './sightings.ts';
import type { Switchboard } from './switchboard.ts';
import { explained } from './takers.ts';

/** What is to be done for one object, and how the links it refers to stood when that was decided. */
export interface Work {
  readonly id: ObjectId;
  readonly held: Held;
  readonly judgement: Judgement;
  readonly steps: readonly Step[];
  readonly disruptive: boolean;
  readonly around: readonly number[];
  readonly before: { readonly ifindex: number; readonly link?: number } | undefined;
}

interface Surroundings {
  readonly channel: Channel;
  readonly rooms: Rooms;
  readonly objects: Objects;
  readonly ledger: Ledger;
  readonly performer: Performer;
  readonly maker: NamespaceMaker;
  readonly claims: Claims;
  readonly books: Bookkeeper;
  readonly arming: Arming;
  readonly queue: Queue;
  readonly switchboard: Switchboard;
  readonly sightings: Sightings;
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
    const { switchboard } = this.#around;
    if (switchboard.mail.isAloft(id) || sight.mentions.some((other) => switchboard.mail.isSent(other)))
      return true;
    if (!this.flights.isAwaiting) return false;
    return this.#isAloft(id) || sight.mentions.some((other) => this.#isAloft(other));
  }

  /** Whether an object is to be looked at when something has landed. */
  waits(id: ObjectId): boolean {
    return this.flights.waits(id) || this.#around.switchboard.mail.waits(id);
  }

  /** Keeps an object from being looked at until something has landed. */
  park(id: ObjectId, reason: Reason): void {
    if (this.flights.isAwaiting) this.flights.park(id, reason);
    else this.#around.switchboard.mail.park(id, reason);
  }

  /** `making` are the objects there will be, in work or not: the other ends of pairs too. */
  act(all: readonly Work[], making: Iterable<ObjectId>): void {
    const { channel, rooms, ledger, performer, claims, books } = this.#around;
    for (const { id, held, steps } of all)
      for (const along of claims.before(id, held, steps)) books.repairedWith(along);
    ledger.write();
    const jobs = this.#handOver(all);
    if (jobs.length === 0) return;
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

  /** What Open vSwitch does goes its own way; answers with what is left for the kernel. */
  #handOver(all: readonly Work[]): readonly Work[] {
    const left: Work[] = [];
    const theirs: Work[] = [];
    for (const work of all) {
      const isTheirs = (step: Step) => ownerOfStep(work.held.wanted.kind, step) === 'ovsdb';
      const steps = work.steps.filter((step) => !isTheirs(step));
      if (steps.length < work.steps.length) theirs.push({ ...work, steps: work.steps.filter(isTheirs) });
      if (steps.length > 0) left.push(steps.length === work.steps.length ? work : { ...work, steps });
    }
    for (const { id, held, steps } of theirs) {
      this.#around.books.underway(id, held);
      // On another bridge Open vSwitch makes the link of a port anew: that nothing is on it then is our own doing.
      if (steps.some((step) => step.do === 'set' && movesPort(step.kind, step.fields))) held.bounced = true;
    }
    if (theirs.length > 0) this.#around.switchboard.mail.act(theirs);
    return left;
  }

  /** What Open vSwitch was asked for came to this. */
  landed(work: Work, results: readonly Performed[]): void {
    const { held } = work;
    // Only now, behind the repair: it takes reading a file.
    if (held.untold.length > 0) held.by = this.#around.switchboard.sight.authorOf(held);
    this.#performed(work, results);
    this.#around.queue.add(work.id, { noticed: null, urgent: true });
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
    const { rooms, books, sightings, switchboard } = this.#around;
    const link = sightings.presenceOf(id, held);
    const remade = results.some(({ step }) => step.do === 'delete' && step.id === id);
    // Its own link is gone: what keeps it has not said yet that it is, too.
    const isDying = (before?.link ?? 0) !== 0 && link?.link === 0;
    if (isDying) books.died(held, false);
    else if (link?.ifindex !== before?.ifindex && !remade) books.died(held, link !== undefined);
    // A refusal is told after what it was to mend.
    const isRefused = isSwitched(held) && results.some(({ outcome }) => outcome.is === 'refused');
    if (link !== undefined || isRefused) books.tellDrift(id, held);
    books.mending(id, held);
    const mark = () => sightings.fingerprint(id, held);
    // A link it refers to went or came while the request was on its way: the answer was to another question.
    const overtaken = sightings.around(id, held).some((ifindex, i) => ifindex !== around[i]);
    for (const result of results) {
      const told = isSwitched(held)
        ? switchboard.sight.explained(held, result)
        : explained(rooms, held.wanted, result);
      books.performed(id, held, judgement, told, disruptive, overtaken, mark);
    }
    for (const { step, outcome } of results) {
      // What somebody else made first is found, and adopted for what it is.
      if (step.do !== 'create' || outcome.is === 'done' || outcome.is === 'overtaken') continue;
      for (const unmade of namesMade(step)) this.#unmade(unmade, outcome.is === 'refused');
    }
  }

  /** No notice will come of what could not be made: the other end of a pair has to be looked at without. */
  #unmade(id: ObjectId, isRefused: boolean): void {
    const { objects, ledger, queue, sightings } = this.#around;
    const held = objects.get(id);
    if (held === undefined) return;
    // A claim on it would be a claim on what somebody else makes later.
    if (isRefused && held.arriving === 'created' && sightings.presenceOf(id, held) === undefined)
      ledger.forget(id);
    queue.add(id, { noticed: null, urgent: false });
  }
}

function movesPort(kind: string, fields: Values): boolean {
  return Object.keys(fields).some((key) => heldBy(kind, key) === 'holder');
}
