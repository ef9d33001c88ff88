import { basename } from 'node:path';
import type { Happening } from '../model/event.ts';
import { type Backlog, makeBacklog } from './backlog.ts';
import { check } from './check.ts';
import { damageOf, putAside, wordsOf } from './damage.ts';
import type { History, HistoryOptions } from './history.ts';
import { type HistoryQuery, isAskedFor, newest } from './query.ts';
import { prune, type Retention } from './retention.ts';
import { knownVersion } from './schema.ts';
import { NewerSchema, Store } from './store.ts';

const FLUSH_EVERY_MS = 50;
/** With more waiting than one transaction takes, the next one comes sooner. */
const FLUSH_AGAIN_MS = 10;
const ROWS_A_TRANSACTION = 500;
const MS_A_TRANSACTION = 8;
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 60_000;
const PRUNE_EVERY_MS = 60_000;
const PRUNE_EVERY_ROWS = 5_000;
const PRUNE_AGAIN_MS = 50;
const MS_A_PRUNING = 4;
const MOST_WAITING = 65_536;

/** The history over one file: a backlog in memory, timers that empty it, and what to do when the file fails. */
export class SqliteHistory implements History {
  readonly #options: HistoryOptions;
  readonly #backlog: Backlog;
  readonly #now: () => number;
  #retention: Retention;
  #store: Store | null = null;
  /** Ends the check of a large file; null when there is none under way. */
  #endCheck: (() => void) | null = null;
  #generation = 0;
  #path: string;
  #trouble: string | null = null;
  #note: string | null = null;
  #retryMs = FIRST_RETRY_MS;
  #written = 0;
  #flushTimer: NodeJS.Timeout | null = null;
  #pruneTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#retention = options.settings;
    this.#path = options.path;
    this.#backlog = makeBacklog(options.mostWaiting ?? MOST_WAITING);
    this.#open();
    this.#pruneIn(PRUNE_AGAIN_MS);
  }

  record(happening: Happening): void {
    if (this.#closed) return;
    if (happening.generation !== undefined)
      this.#generation = Math.max(this.#generation, happening.generation);
    this.#backlog.add(happening);
    this.#flushIn(FLUSH_EVERY_MS);
  }

  query(query: HistoryQuery): readonly Happening[] {
    const waiting = this.#backlog.all().filter((happening) => isAskedFor(query, happening));
    const written = this.#attempt((store) => store.read(query)) ?? [];
    const all = [...written, ...waiting].sort((a, b) => a.at - b.at);
    return newest(all, query.limit);
  }

  generation(): number {
    return this.#generation;
  }

  retain(settings: Retention): void {
    this.#retention = settings;
    this.#pruneIn(PRUNE_AGAIN_MS);
  }

  flush(): void {
    while (this.#backlog.size() > 0 && this.#writeSome());
  }

  trouble(): string | null {
    const lost = this.#backlog.lost();
    const parts = [this.#trouble, this.#note, lost > 0 ? `${lost} events could not be kept` : null];
    return parts.filter((part) => part !== null).join('; ') || null;
  }

  close(): void {
    if (this.#closed) return;
    this.#endCheck?.();
    this.flush();
    this.#closed = true;
    for (const timer of [this.#flushTimer, this.#pruneTimer]) if (timer !== null) clearTimeout(timer);
    const left = this.#backlog.size() + this.#backlog.lost();
    if (left > 0) this.#options.onTrouble(`history: the last ${left} events could not be written`);
    this.#attempt((store) => store.close());
    this.#store = null;
  }

  #open(): boolean {
    try {
      this.#store = new Store(this.#path);
      this.#generation = Math.max(this.#generation, this.#store.generation());
      this.#startCheck(this.#store);
      return this.#store !== null;
    } catch (error) {
      if (error instanceof NewerSchema) return this.#openBeside(error);
      this.#failed(error);
      return false;
    }
  }

  #openBeside(error: NewerSchema): boolean {
    const beside = this.#options.path.replace(/(\.db)?$/, `.v${knownVersion}.db`);
    if (this.#path === beside) {
      this.#failed(error);
      return false;
    }
    this.#note = `${basename(this.#path)} is of a later vnetd (${error.message}); history is kept in ${basename(beside)}`;
    this.#options.onTrouble(this.#note);
    this.#path = beside;
    return this.#open();
  }

  #startCheck(store: Store): void {
    let answered = false;
    const end = check(store.path, (fault) => {
      answered = true;
      this.#endCheck = null;
      if (fault !== null && this.#store === store) this.#putAside(fault);
      this.#flushIn(FLUSH_AGAIN_MS);
    });
    if (!answered) this.#endCheck = end;
  }

  /** One transaction; false where it is no use to go on at once. */
  #writeSome(): boolean {
    if (this.#store === null && !this.#open()) return false;
    const batch = this.#backlog.first(ROWS_A_TRANSACTION);
    const written = this.#attempt((store) => store.write(batch, MS_A_TRANSACTION));
    if (written === undefined) return false;
    this.#backlog.drop(written.taken);
    if (written.unfit > 0) {
      this.#options.onTrouble(`history: ${written.unfit} events fit no row and were left out`);
    }
    this.#recovered();
    this.#written += written.taken;
    if (this.#written >= PRUNE_EVERY_ROWS) {
      this.#written = 0;
      this.#pruneIn(PRUNE_AGAIN_MS);
    }
    return true;
  }

  #flushIn(milliseconds: number): void {
    if (this.#flushTimer !== null || this.#closed) return;
    this.#flushTimer = setTimeout(() => {
      this.#flushTimer = null;
      if (this.#mustWaitForCheck()) return;
      const isGood = this.#writeSome();
      if (isGood && this.#backlog.size() > 0) this.#flushIn(FLUSH_AGAIN_MS);
    }, milliseconds).unref();
  }

  /** What comes while a large file is being checked would be lost with a corrupt one; it waits while there is room. */
  #mustWaitForCheck(): boolean {
    return this.#endCheck !== null && this.#backlog.size() < (this.#options.mostWaiting ?? MOST_WAITING) / 2;
  }

  #pruneIn(milliseconds: number): void {
    if (this.#closed || (this.#pruneTimer !== null && milliseconds === PRUNE_EVERY_MS)) return;
    if (this.#pruneTimer !== null) clearTimeout(this.#pruneTimer);
    this.#pruneTimer = setTimeout(() => {
      this.#pruneTimer = null;
      this.#pruneIn(this.#endCheck === null && this.#pruneSome() ? PRUNE_AGAIN_MS : PRUNE_EVERY_MS);
    }, milliseconds).unref();
  }

  #pruneSome(): boolean {
    if (this.#store === null) return false;
    try {
      if (this.#store.isInPlace()) return prune(this.#store, this.#retention, this.#now(), MS_A_PRUNING);
      this.#options.onTrouble(
        `${basename(this.#path)} was removed or replaced; history goes on in a new one`,
      );
      this.#closeStore();
      return this.#open();
    } catch (error) {
      // Deleting needs room too. Whether the file can be written is for the next write to find out.
      if (damageOf(error) === 'corrupt') this.#failed(error);
      return false;
    }
  }

  /** Does something with the file; undefined when it is not open or the call failed. */
  #attempt<T>(act: (store: Store) => T): T | undefined {
    if (this.#store === null) return undefined;
    try {
      return act(this.#store);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #failed(error: unknown): void {
    this.#retryLater();
    const damage = damageOf(error);
    switch (damage) {
      case 'corrupt':
        this.#putAside(wordsOf(error));
        return;
      case 'busy':
        // Short locks are everybody's right; only one that is held on and on is trouble.
        if (this.#retryMs > 1000)
          this.#troubled(`history cannot be written, ${this.#path} is locked by somebody`);
        return;
      case 'full':
        this.#troubled(`history cannot be written, the disk of ${this.#path} is full; events wait in memory`);
        return;
      case 'unusable':
        this.#closeStore();
        this.#troubled(`history cannot be kept in ${this.#path}: ${wordsOf(error)}; events wait in memory`);
        return;
      default:
        damage satisfies never;
    }
  }

  #putAside(fault: string): void {
    this.#closeStore();
    try {
      const name = putAside(this.#path, this.#now());
      this.#options.onTrouble(
        `${basename(this.#path)} is corrupt (${fault}); it was renamed ${name}, a new one is begun`,
      );
      this.#retryLater();
    } catch (error) {
      this.#troubled(
        `${this.#path} is corrupt (${fault}) and cannot be renamed: ${wordsOf(error)}; events wait in memory`,
      );
    }
  }

  #troubled(sentence: string): void {
    if (this.#trouble === null) this.#options.onTrouble(sentence);
    this.#trouble = sentence;
  }

  #recovered(): void {
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#trouble === null && this.#backlog.lost() === 0) return;
    const lost = this.#backlog.lost();
    this.#trouble = null;
    this.#backlog.forgetLost();
    const sentence = `history is written again; ${lost === 0 ? 'no' : lost} events were lost`;
    (this.#options.onRecovery ?? this.#options.onTrouble)(sentence);
  }

  #retryLater(): void {
    if (this.#flushTimer !== null) return;
    this.#flushIn(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  #closeStore(): void {
    const store = this.#store;
    this.#store = null;
    try {
      store?.close();
    } catch {
      // It was given up already; what is left of it is put aside or opened again.
    }
  }
}
