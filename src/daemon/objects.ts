import { Sights } from '../inventory/found.ts';
import type { ObjectId } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import { sameValue, type Value } from '../model/value.ts';
import type { DeclarationChange } from './changes.ts';
import { type Held, isSwitched, newHeld } from './held.ts';

/** The declared objects, and who mentions whom. */
export class Objects {
  readonly #held = new Map<ObjectId, Held>();
  readonly #mentions = new Map<ObjectId, Set<ObjectId>>();
  readonly #sights = new Sights();

  get(id: ObjectId): Held | undefined {
    return this.#held.get(id);
  }

  get size(): number {
    return this.#held.size;
  }

  ids(): IterableIterator<ObjectId> {
    return this.#held.keys();
  }

  entries(): IterableIterator<[ObjectId, Held]> {
    return this.#held.entries();
  }

  /** The objects whose declaration refers to this one. */
  mentioning(id: ObjectId): Iterable<ObjectId> {
    return this.#mentions.get(id) ?? [];
  }

  /** Takes what differs in a new declaration; what is new or wants something else has to be looked at. */
  declare(
    { links, gone }: Pick<DeclarationChange, 'links' | 'gone'>,
    now: number,
  ): { readonly changed: readonly ObjectId[]; readonly left: readonly Held[] } {
    const changed: ObjectId[] = [];
    const left: Held[] = [];
    for (const wanted of links) {
      const held = this.#held.get(wanted.id);
      if (held !== undefined && sameWish(held.wanted, wanted)) {
        held.wanted = wanted;
        continue;
      }
      changed.push(wanted.id);
      // A bridge of the kernel's and one of Open vSwitch share no more than their name.
      const isSame = held !== undefined && isSwitched(held) === isSwitched({ wanted });
      if (held !== undefined && !isSame) {
        left.push(held);
        this.#unmention(held);
      }
      const kept = isSame ? held : newHeld(wanted, this.#sights.of(wanted), now);
      if (!isSame) this.#held.set(wanted.id, kept);
      else {
        this.#unmention(held);
        held.wanted = wanted;
        held.sight = this.#sights.of(wanted);
        held.edited = true;
        held.refusals.clear();
        held.toldWords.clear();
        held.unheeded.clear();
        held.contests.clear();
      }
      this.#mention(kept);
    }
    for (const id of gone) {
      const held = this.#held.get(id);
      if (held === undefined) continue;
      left.push(held);
      this.#unmention(held);
      this.#held.delete(id);
    }
    return { changed, left };
  }

  #mention({ wanted, sight }: Held): void {
    for (const id of sight.mentions) {
      const who = this.#mentions.get(id);
      if (who === undefined) this.#mentions.set(id, new Set([wanted.id]));
      else who.add(wanted.id);
    }
  }

  #unmention({ wanted, sight }: Held): void {
    for (const id of sight.mentions) this.#mentions.get(id)?.delete(wanted.id);
  }
}

/** Whether two declarations of an object want the same; where they were written does not matter. */
function sameWish(a: WantedLink, b: WantedLink): boolean {
  const wish = ({ sources: _, ...rest }: WantedLink): Value => JSON.parse(JSON.stringify(rest));
  return sameValue(wish(a), wish(b));
}
