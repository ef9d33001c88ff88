import { wholeNamespace } from '../inventory/asked-book.ts';
import type { InventoryLink } from '../inventory/links.ts';
import type { View } from '../inventory/view.ts';
import type { ObjectId } from '../model/address.ts';
import type { Ledger } from '../owners/ledger.ts';
import { entryAt } from '../plan/situation.ts';
import { kindNamed } from '../reconcilers/index.ts';
import type { AskedList } from '../reconcilers/list.ts';
import type { Objects } from './objects.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** Asks the kernel for the lists it tells nobody of, when somebody is about to look at them. */
export class Inquirer {
  readonly #rooms: Rooms;
  readonly #objects: Objects;
  readonly #ledger: Ledger;

  constructor(rooms: Rooms, objects: Objects, ledger: Ledger) {
    this.#rooms = rooms;
    this.#objects = objects;
    this.#ledger = ledger;
  }

  /** Sees to it that of an object's lists nothing is unknown that could be known. */
  know(id: ObjectId): void {
    for (const list of this.#listsOf(id)) {
      const room = this.#rooms.of(id);
      const link = this.#rooms.linkOf(id);
      if (room === undefined || link === undefined) return;
      const { view, ifindex } = whose(list, room, link);
      if (view === undefined || view.inventory.asked.of(ifindex, list.name) !== undefined) continue;
      const { answer, replies } = this.#rooms.at(view.namespace)?.messenger.run(list.ask(link)) ?? {};
      // Where there is nothing to ask there is nothing to be found, and what is to be added is refused in the kernel's words.
      if (answer?.is === 'refused') view.inventory.asked.answered(ifindex, list.name, []);
      else if (answer?.is === 'done')
        view.inventory.asked.answered(ifindex, list.name, list.decode(replies ?? [], view.names));
    }
  }

  /** Has these objects' lists asked for anew; what was refused there may be possible now, and nothing would tell of it. */
  forget(ids: readonly ObjectId[]): void {
    for (const id of ids) {
      for (const list of this.#listsOf(id)) {
        const [room, link, held] = [this.#rooms.of(id), this.#rooms.linkOf(id), this.#objects.get(id)];
        if (room === undefined || link === undefined) continue;
        const { view, ifindex } = whose(list, room, link);
        view?.inventory.asked.forget(ifindex, list.name);
        for (const [at, { inability }] of held?.refusals ?? [])
          if (!inability && at.startsWith(entryAt(list.name, ''))) held?.refusals.delete(at);
      }
    }
  }

  /** The lists of an object that have to be asked for: those it declares, and those it has left something in. */
  #listsOf(id: ObjectId): readonly AskedList[] {
    const { kind: kindBefore, inForce } = this.#ledger.get(id);
    const wanted = this.#objects.get(id)?.wanted;
    const own = kindNamed(wanted?.kind ?? kindBefore)?.lists;
    if (own === undefined) return nothing;
    return Object.values(own).flatMap((list) => {
      if (list.source !== 'asked') return [];
      const start = entryAt(list.name, '');
      const isLooked =
        wanted?.lists[list.name] !== undefined || [...inForce.keys()].some((at) => at.startsWith(start));
      return isLooked ? [list] : [];
    });
  }
}

const nothing: readonly AskedList[] = [];

/** The mirror a list stands in, and under which number. */
function whose(
  list: AskedList,
  { view }: Room,
  link: InventoryLink,
): { readonly view: View | undefined; readonly ifindex: number } {
  return list.of === 'link'
    ? { view, ifindex: link.ifindex }
    : { view: view.under(link), ifindex: wholeNamespace };
}
