import type { Deadline } from './until.ts';

/** Things that arrive one by one (notices, lines, messages): all are kept, and one can wait for those to come. */
export class Arrivals<T> implements AsyncIterable<T> {
  readonly #seen: T[] = [];
  #ended = false;
  readonly #wakers = new Set<() => void>();

  /** All that arrived so far, oldest first. */
  get seen(): readonly T[] {
    return this.#seen;
  }

  push(item: T): void {
    this.#seen.push(item);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Gives the first that fits, from those already here on; `from` leaves out that many of them. */
  async first(
    fits: (item: T) => boolean,
    { within, what = fits.toString(), from = 0 }: Deadline & { from?: number },
  ): Promise<T> {
    const deadline = performance.now() + within;
    for (let next = from; ; next++) {
      while (next >= this.#seen.length) {
        if (this.#ended || !(await this.#more(deadline - performance.now()))) {
          const tail = this.#seen.slice(from).slice(-20);
          const end = this.#ended ? 'before the end' : `within ${within} ms`;
          throw new Error(
            `did not arrive ${end}: ${what}\nlast of what did:\n${tail.map((item) => JSON.stringify(item)).join('\n')}`,
          );
        }
      }
      const item = this.#seen[next];
      if (item !== undefined && fits(item)) {
        return item;
      }
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (let next = 0; ; next++) {
      while (next >= this.#seen.length) {
        if (this.#ended) {
          return;
        }
        await this.#more(Number.POSITIVE_INFINITY);
      }
      yield this.#seen[next] as T;
    }
  }

  /** Resolves to false when nothing came in time. */
  async #more(within: number): Promise<boolean> {
    if (within <= 0) {
      return false;
    }
    return new Promise((resolve) => {
      const timer = Number.isFinite(within) ? setTimeout(() => done(false), within) : undefined;
      const done = (came: boolean) => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve(came);
      };
      const wake = () => done(true);
      this.#wakers.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#wakers) {
      wake();
    }
  }
}
