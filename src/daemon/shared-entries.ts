import { underlayWanted } from '../derive/underlay.ts';
import type { NamespaceName, ObjectId } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Ledger } from '../owners/ledger.ts';
import { entryAt, isOurs } from '../plan/situation.ts';
import { listNamed } from '../reconcilers/index.ts';
import type { Objects } from './objects.ts';

/** Entries of a namespace that several of its links may declare: one thing, which is taken away with the last of them. */
export class SharedEntries {
  readonly #objects: Objects;
  readonly #ledger: Ledger;

  constructor(objects: Objects, ledger: Ledger) {
    this.#objects = objects;
    this.#ledger = ledger;
  }

  /** Whether another object declares an entry of a list of this namespace. */
  hasHeir(id: ObjectId, where: NamespaceName, list: string, entry: string): boolean {
    return this.#heirs(id, where, list, entry).next().done !== true;
  }

  /** Whether vnetd put an entry there for another object that declares it. */
  isOursElsewhere({ id, namespace, kind, fields }: WantedLink, at: string): boolean {
    const [list, entry] = splitAt(at);
    if (list === undefined) return false;
    for (const other of this.#heirs(id, underlayWanted(namespace, kind, fields), list, entry))
      if (isOurs(this.#ledger.get(other).inForce.get(at)?.how)) return true;
    return false;
  }

  /** What vnetd put there for an object that no longer declares it is the others' from now on. */
  passOn(id: ObjectId, where: NamespaceName, at: string): void {
    const [list, entry] = splitAt(at);
    const standing = this.#ledger.get(id).inForce.get(at);
    if (list === undefined || standing === undefined || !isOurs(standing.how)) return;
    for (const other of this.#heirs(id, where, list, entry)) {
      const theirs = this.#ledger.get(other).inForce.get(at);
      this.#ledger.bring(other, at, theirs?.digest ?? standing.digest, 'put');
    }
  }

  *#heirs(id: ObjectId, where: NamespaceName, list: string, entry: string): Generator<ObjectId> {
    for (const [other, { wanted }] of this.#objects.entries()) {
      const entries = wanted.lists[list]?.entries;
      if (entries === undefined || other === id || !entries.some(({ key }) => key === entry)) continue;
      if (underlayWanted(wanted.namespace, wanted.kind, wanted.fields) === where) yield other;
    }
  }
}

/** The list and the entry an address inside an object is of, if the list is one of a namespace. */
function splitAt(at: string): readonly [list: string, entry: string] | readonly [undefined, ''] {
  const slash = at.indexOf('/');
  const table = slash < 0 ? undefined : listNamed(at.slice(0, slash));
  if (table?.source !== 'asked' || table.of !== 'underlay') return [undefined, ''];
  return [table.name, at.slice(entryAt(table.name, '').length)];
}
