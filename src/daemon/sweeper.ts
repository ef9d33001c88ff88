import { mayBeStale } from '../inventory/found.ts';
import type { InventoryLink } from '../inventory/links.ts';
import type { ObjectId } from '../model/address.ts';
import type { Objects } from './objects.ts';

const AT_ONCE = 32;
/** Each so manyth sweep reads every link, should a notice ever have been missed unseen. */
const WHOLE = 10;

/** What a sweep needs of the keeper. */
export interface Sweeping {
  readonly objects: Objects;
  linkOf(id: ObjectId): InventoryLink | undefined;
  /** Reads the links of these objects again, and looks at them. */
  look(ids: readonly ObjectId[]): void;
  /** Calls back soon, after the event loop had its turn. */
  soon(work: () => void): void;
}

/** Looks at everything once more, a few objects at a time: what the kernel does not announce is found here. */
export class Sweeper {
  readonly #keeper: Sweeping;
  #left: ObjectId[] = [];
  #sweeps = 0;
  #stopped = false;

  constructor(keeper: Sweeping) {
    this.#keeper = keeper;
  }

  /** Begins anew; a sweep that goes on ends with it. */
  sweep(): void {
    const idle = this.#left.length === 0;
    this.#sweeps += 1;
    this.#left = [...this.#keeper.objects.ids()];
    if (idle) this.#keeper.soon(() => this.#next());
  }

  stop(): void {
    this.#stopped = true;
  }

  #next(): void {
    if (this.#stopped) return;
    const due = this.#left.splice(0, AT_ONCE).filter((id) => this.#isDue(id));
    if (due.length > 0) this.#keeper.look(due);
    if (this.#left.length > 0) this.#keeper.soon(() => this.#next());
  }

  /** Whether there is anything to find: what is in sync and announced by the kernel in full is read only now and then. */
  #isDue(id: ObjectId): boolean {
    const held = this.#keeper.objects.get(id);
    const link = this.#keeper.linkOf(id);
    if (held === undefined || link === undefined || held.state !== 'in-sync') return true;
    return this.#sweeps % WHOLE === 0 || mayBeStale(held.sight, link);
  }
}
