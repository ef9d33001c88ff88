import type { ObjectId } from '../model/address.ts';
import type { Happening } from '../model/event.ts';
import type { ObjectStatus } from '../model/status.ts';

/** What is told at most so often. */
const EVERY_MS = 5;
/** A whole declaration is looked at soon: what is told meanwhile would be told again for each object. */
const AFTER_DECLARATION_MS = 200;
/** Where processors are scarce each batch waits for several turns of both threads: few and large ones. */
const A_BATCH = 1024;
/** What may wait for a main thread that is busy; of more the oldest are given up, and counted. */
const MOST_WAITING = 100_000;

/** A batch for the main thread; it says when it has taken it in. */
export interface Batch {
  /** The states that changed since the last one, and the ids that are no longer declared. */
  readonly changed: readonly ObjectStatus[];
  readonly gone: readonly ObjectId[];
  readonly happenings: readonly Happening[];
  /** Happenings that could not be kept for telling, since the last batch. */
  readonly lost: number;
}

/** What the keeper's thread has to tell, a batch at a time: the next one goes when the last was taken in. */
export class News {
  readonly #post: (batch: Batch) => void;
  readonly #statusOf: (id: ObjectId) => ObjectStatus | undefined;
  #changed = new Set<ObjectId>();
  #happenings: Happening[] = [];
  #lost = 0;
  #underway = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(post: (batch: Batch) => void, statusOf: (id: ObjectId) => ObjectStatus | undefined) {
    this.#post = post;
    this.#statusOf = statusOf;
  }

  changed(id: ObjectId): void {
    this.#changed.add(id);
    this.#soon();
  }

  happened(happening: Happening): void {
    if (this.#happenings.length >= MOST_WAITING) {
      this.#lost += MOST_WAITING / 2;
      this.#happenings.splice(0, MOST_WAITING / 2);
    }
    this.#happenings.push(happening);
    this.#soon();
  }

  /** A declaration is about to be taken in; `tellAll` ends the wait. */
  declaring(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onTime(), AFTER_DECLARATION_MS);
  }

  /** The main thread has taken in a batch. */
  taken(): void {
    this.#underway -= 1;
    this.#soon();
  }

  /** Tells everything now, whatever is under way: something that is said next builds on it. */
  tellAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#changed.size + this.#happenings.length > 0) this.#tell();
  }

  #soon(): void {
    if (this.#timer !== undefined || this.#underway > 0) return;
    if (this.#changed.size + this.#happenings.length === 0) return;
    this.#timer = setTimeout(() => this.#onTime(), EVERY_MS);
  }

  #onTime(): void {
    this.#timer = undefined;
    if (this.#changed.size + this.#happenings.length > 0 && this.#underway <= 0) this.#tell();
  }

  #tell(): void {
    const changed: ObjectStatus[] = [];
    const gone: ObjectId[] = [];
    for (const id of this.#changed) {
      const status = this.#statusOf(id);
      if (status === undefined) gone.push(id);
      else changed.push(status);
    }
    this.#changed = new Set();
    const happenings = this.#happenings.splice(0, A_BATCH);
    this.#underway += 1;
    this.#post({ changed, gone, happenings, lost: this.#lost });
    this.#lost = 0;
  }
}
