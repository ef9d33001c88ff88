import type { ObjectId } from '../model/address.ts';
import type { Outcome } from '../model/step.ts';
import type { SwitchJob } from '../owners/ovsdb.ts';
import { type Post, sendAll } from '../owners/ovsdb-post.ts';
import type { Performed } from '../owners/performer.ts';
import type { Work } from './hands.ts';
import type { Queue, Reason } from './queue.ts';

/** So long ovs-vswitchd may take to take up a change before it is said not to answer. */
const PATIENCE_MS = 30_000;
/** And longer for many ports: each is another look at all of them (ovs-vswitchd(8), Limits). */
const PATIENCE_EACH_MS = 100;

interface Surroundings {
  readonly queue: Queue;
  post(): Post;
  /** Whether ovs-vswitchd has taken up the change of this number, or nobody can wait for that. */
  isTakenUp(change: number): boolean;
  /** It takes ovs-vswitchd longer than it may. */
  overdue(): void;
  /** What was asked for of an object came to this. */
  landed(work: Work, results: readonly Performed[]): void;
  /** Something may have changed, outside of the keeper's turn. */
  changed(): void;
  soon(work: () => void): void;
  later(work: () => void, ms: number): void;
}

/** Something to be done for an object that nobody declares. */
interface Errand extends SwitchJob {
  done(outcome: Outcome): void;
}

/** Something that was asked for, and the change ovs-vswitchd has to have taken up before more can be said of it. */
interface Flight {
  readonly works: readonly Work[];
  readonly results: ReadonlyMap<SwitchJob, readonly Performed[]>;
  readonly until: number;
}

/** What is asked of Open vSwitch, from when it waits to be sent until ovs-vswitchd has taken it up. */
export class SwitchMail {
  readonly #around: Surroundings;
  readonly #flights = new Set<Flight>();
  readonly #aloft = new Set<ObjectId>();
  #waiting = new Map<ObjectId, Work>();
  #errands: Errand[] = [];
  #parked = new Map<ObjectId, Reason>();
  #sending = false;
  #isClosed = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Ends for good: what comes of what is under way is nobody's any more. */
  close(): void {
    this.#isClosed = true;
  }

  isAloft(id: ObjectId): boolean {
    return this.#aloft.has(id);
  }

  /** Whether something was sent for an object and is not over; what is still to be sent may be joined. */
  isSent(id: ObjectId): boolean {
    return this.#aloft.has(id) && !this.#waiting.has(id);
  }

  /** Takes back what is still to be sent for an object, which is looked at once more: it was decided by what is no longer so. */
  withdraw(id: ObjectId): void {
    if (this.#waiting.delete(id)) this.#aloft.delete(id);
  }

  waits(id: ObjectId): boolean {
    return this.#aloft.has(id) || this.#parked.has(id);
  }

  /** Keeps an object from being looked at until something has landed. */
  park(id: ObjectId, reason: Reason): void {
    const parked = this.#parked.get(id);
    this.#parked.set(id, {
      noticed: parked?.noticed ?? reason.noticed,
      urgent: reason.urgent || parked?.urgent === true,
    });
  }

  /** Takes what is to be done for objects; all that waits to be looked at goes as one transaction. */
  act(works: readonly Work[]): void {
    for (const work of works) {
      this.#aloft.add(work.id);
      this.#waiting.set(work.id, work);
    }
    void this.#send();
  }

  /** Does steps for objects nobody declares, with what waits to be done for others; answers with what each came to. */
  async perform(jobs: readonly SwitchJob[]): Promise<readonly Outcome[]> {
    const outcomes = jobs.map((job) => new Promise<Outcome>((done) => this.#errands.push({ ...job, done })));
    if (jobs.length > 0) void this.#send();
    return Promise.all(outcomes);
  }

  /** Whether the database has still to answer. */
  get isAwaiting(): boolean {
    return this.#sending || this.#hasMail;
  }

  get #hasMail(): boolean {
    return this.#waiting.size + this.#errands.length > 0;
  }

  /** One transaction at a time; what comes meanwhile goes with the next. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#hasMail) {
      await this.#allLookedAt();
      if (this.#isClosed) return;
      const [works, errands] = [[...this.#waiting.values()], this.#errands];
      this.#waiting = new Map();
      this.#errands = [];
      const results = new Map<SwitchJob, readonly Performed[]>();
      const jobs = [...errands, ...works];
      const until = await sendAll(this.#around.post(), jobs, (job, performed) => results.set(job, performed));
      for (const errand of errands) errand.done(worst(results.get(errand) ?? []));
      if (works.length > 0) this.#launch({ works, results, until });
    }
    this.#sending = false;
    // Whoever waits for what was asked to be answered.
    if (!this.#isClosed) this.#around.changed();
  }

  /**
   * Each transaction has ovs-vswitchd look at all ports again: what comes due together goes together. Errands are begun
   * when nothing else is to be looked at.
   */
  async #allLookedAt(): Promise<void> {
    const { queue, soon } = this.#around;
    do await new Promise<void>(soon);
    while (queue.size > 0 && this.#errands.length === 0 && !this.#isClosed);
  }

  /** Open port numbers and errors are known only when ovs-vswitchd has taken the change up; while it is known not to run, nobody waits for that. */
  #launch(flight: Flight): void {
    if (this.#isClosed) return;
    this.#flights.add(flight);
    this.land();
    if (!this.#flights.has(flight)) return;
    this.#around.later(
      () => {
        if (this.#isClosed || !this.#flights.has(flight)) return;
        this.#around.overdue();
        this.land();
      },
      PATIENCE_MS + PATIENCE_EACH_MS * flight.works.length,
    );
  }

  /** Books what ovs-vswitchd has taken up. */
  land(): void {
    const due = [...this.#flights].filter(({ until }) => this.#around.isTakenUp(until));
    if (due.length === 0) return;
    for (const flight of due) {
      this.#flights.delete(flight);
      for (const { id } of flight.works) this.#aloft.delete(id);
    }
    for (const { works, results } of due)
      for (const work of works) this.#around.landed(work, results.get(work) ?? []);
    const parked = this.#parked;
    this.#parked = new Map();
    for (const [id, reason] of parked) this.#around.queue.add(id, reason);
    this.#around.changed();
  }
}

function worst(results: readonly Performed[]): Outcome {
  return results.find(({ outcome }) => outcome.is !== 'done')?.outcome ?? { is: 'done' };
}
