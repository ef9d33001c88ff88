import type { ObjectId } from '../model/address.ts';

/** Why an object is to be looked at. */
export interface Reason {
  /** When the notice was read, in microseconds of the monotonic clock; null for a sweep, an edit or a retry. */
  readonly noticed: number | null;
  /** Repairs go before bulk work. */
  readonly urgent: boolean;
}

/** Names that must be looked at: each once, repairs first, in the order they came. */
export class Queue {
  readonly #urgent = new Map<ObjectId, Reason>();
  readonly #bulk = new Map<ObjectId, Reason>();

  get size(): number {
    return this.#urgent.size + this.#bulk.size;
  }

  has(id: ObjectId): boolean {
    return this.#urgent.has(id) || this.#bulk.has(id);
  }

  /** An object that waits already keeps its place, and the earliest notice. */
  add(id: ObjectId, reason: Reason): void {
    const waiting = this.#urgent.get(id) ?? this.#bulk.get(id);
    if (reason.urgent) {
      this.#bulk.delete(id);
      if (waiting?.noticed == null || !this.#urgent.has(id))
        this.#urgent.set(id, { urgent: true, noticed: waiting?.noticed ?? reason.noticed });
    } else if (waiting === undefined) this.#bulk.set(id, reason);
  }

  /** Takes up to so many; bulk only when no repair waits. */
  take(most: number): [ObjectId, Reason][] {
    const from = this.#urgent.size > 0 ? this.#urgent : this.#bulk;
    const taken: [ObjectId, Reason][] = [];
    for (const entry of from) {
      if (taken.length === most) break;
      taken.push(entry);
      from.delete(entry[0]);
    }
    return taken;
  }

  remove(id: ObjectId): void {
    this.#urgent.delete(id);
    this.#bulk.delete(id);
  }
}
