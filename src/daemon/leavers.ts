import { type ObjectId, parseObjectId, partId, wholeOf } from '../model/address.ts';
import type { Happening } from '../model/event.ts';
import type { Ledger } from '../owners/ledger.ts';
import { kindNamed } from '../reconcilers/index.ts';
import { type Held, isSwitched } from './held.ts';
import type { Objects } from './objects.ts';
import type { Removals } from './removals.ts';
import type { SwitchRemovals } from './switch-removals.ts';
import type { SwitchSight } from './switch-sight.ts';

interface Surroundings {
  readonly objects: Objects;
  readonly ledger: Ledger;
  readonly sight: SwitchSight;
  readonly removals: Removals;
  readonly switchRemovals: SwitchRemovals;
  /** Whether the database of Open vSwitch was looked for and is away. */
  isLost(): boolean;
  happened(happening: Happening): void;
}

/** Finds what vnetd made, adopted or marked as its own, and nobody declares any more. */
export class Leavers {
  readonly #around: Surroundings;
  readonly #replaced = new Set<ObjectId>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Has them passed on and, where every file was understood, taken away or let go. */
  find(whole: boolean): void {
    const { objects, ledger, sight, removals, switchRemovals } = this.#around;
    for (const id of ledger.ids()) if (objects.get(id) === undefined) this.#passOn(id);
    if (!whole) return;
    for (const id of ledger.ids()) {
      const held = objects.get(id);
      if (held !== undefined && !isOfAnother(ledger, id, held)) continue;
      if (held !== undefined) this.#replaced.add(id);
      // What stays in Open vSwitch may be let go of already.
      if (!removals.has(id)) (isOfSwitch(ledger, id) ? switchRemovals : removals).add(id);
    }
    for (const id of sight.marked()) {
      const held = objects.get(id);
      const isDeclared = held !== undefined && isSwitched(held);
      if (this.heirOf(id) === undefined && !isDeclared && !removals.has(id)) switchRemovals.add(id);
    }
  }

  /** The objects whose name was something else's, of another owner, which vnetd has parted with since it was asked last. */
  freed(): readonly ObjectId[] {
    const { objects, ledger, isLost } = this.#around;
    const freed: ObjectId[] = [];
    for (const id of this.#replaced) {
      const held = objects.get(id);
      // Nobody waits for a database that may never come back; its rows are known by their marks.
      if (held !== undefined && isOfAnother(ledger, id, held) && isOfSwitch(ledger, id) && isLost())
        ledger.forget(id);
      else if (held !== undefined && isOfAnother(ledger, id, held)) continue;
      this.#replaced.delete(id);
      freed.push(id);
    }
    return freed;
  }

  /** The declared port that has the name of another one, which may be on another bridge: the OVSDB has one of a name. */
  heirOf(id: ObjectId): ObjectId | undefined {
    if (wholeOf(id) === undefined) return undefined;
    const { name } = parseObjectId(id);
    for (const other of this.#around.objects.mentioning(partId('', name)))
      if (other !== id && wholeOf(other) !== undefined && parseObjectId(other).name === name) return other;
    return undefined;
  }

  /** Whether anything of Open vSwitch is declared, or was made and is to go. */
  get concernSwitches(): boolean {
    const { objects, ledger } = this.#around;
    for (const [, held] of objects.entries()) if (isSwitched(held)) return true;
    return ledger.ids().some((id) => isOfSwitch(ledger, id));
  }

  /** A port that is declared on another bridge by now is moved there with all that is known of it. */
  #passOn(id: ObjectId): void {
    const { objects, ledger, happened } = this.#around;
    const heir = this.heirOf(id);
    const held = heir === undefined ? undefined : objects.get(heir);
    if (heir === undefined || held === undefined) return;
    const { kind, origin } = ledger.get(id);
    const message = `no longer declared; it is ${heir} now`;
    if (origin !== null) happened({ at: Date.now(), id, event: 'removed', kind, message });
    if (ledger.get(heir).origin === null) {
      ledger.pass(id, heir);
      held.edited = true;
    } else ledger.forget(id);
    ledger.write();
  }
}

/** Whether what vnetd made or found under an id is kept by another owner than what is declared under it by now. */
export function isOfAnother(ledger: Ledger, id: ObjectId, held: Pick<Held, 'wanted'>): boolean {
  return ledger.get(id).origin !== null && isOfSwitch(ledger, id) !== isSwitched(held);
}

function isOfSwitch(ledger: Ledger, id: ObjectId): boolean {
  return kindNamed(ledger.get(id).kind)?.owner === 'ovsdb';
}
