import type { FoundEntry } from '../reconcilers/list.ts';

/** Stands for the namespace itself, in place of one of its links. */
export const wholeNamespace = 0;

/** Lists the kernel has to be asked for, as it answered last; what is not here has to be asked for. */
export class AskedBook {
  readonly #lists = new Map<number, Map<string, ReadonlyMap<string, FoundEntry>>>();

  of(ifindex: number, list: string): ReadonlyMap<string, FoundEntry> | undefined {
    return this.#lists.get(ifindex)?.get(list);
  }

  answered(ifindex: number, list: string, entries: readonly FoundEntry[]): void {
    const lists = this.#lists.get(ifindex) ?? new Map<string, ReadonlyMap<string, FoundEntry>>();
    this.#lists.set(ifindex, lists);
    lists.set(list, new Map(entries.map((entry) => [entry.key, entry])));
  }

  /** What was answered for a link may not hold any more: one list of it, or all. */
  forget(ifindex: number, list?: string): void {
    if (list === undefined) this.#lists.delete(ifindex);
    else this.#lists.get(ifindex)?.delete(list);
  }

  clear(): void {
    this.#lists.clear();
  }
}
