import { type LinkName, type ObjectId, parseObjectId, wholeOf } from '../model/address.ts';
import type { Change } from '../model/change.ts';
import type { Happening } from '../model/event.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Ledger } from '../owners/ledger.ts';
import { linkKinds } from '../reconcilers/index.ts';
import { isOthers } from './ownership.ts';
import type { Parting } from './removals.ts';
import type { Switchboard } from './switchboard.ts';
import { named } from './undeclared.ts';

interface Surroundings {
  readonly ledger: Ledger;
  readonly switchboard: Switchboard;
  happened(happening: Happening): void;
  /** Deletes a link of the host's; what came of it is seen in its notice. */
  deleteLink(name: LinkName): void;
  /** What stays is let go of as any link is. */
  release(id: ObjectId, parting: Parting): void;
  /** Whether a port is declared on another bridge, to be moved there. */
  isMoving(id: ObjectId): boolean;
}

/** How vnetd parts with an object: what is done, and why it stays if it does. */
interface Leaving {
  readonly id: ObjectId;
  readonly steps: readonly Step[];
  readonly isDeleted: boolean;
  /** The number of the tap that ovs-vswitchd made for it. */
  readonly tap?: number | undefined;
  readonly why: string | null;
}

/** What vnetd made in Open vSwitch and nobody declares any more: deleted, all together, as soon as its database is read. */
export class SwitchRemovals {
  readonly #around: Surroundings;
  readonly #waiting = new Set<ObjectId>();
  /** What is being taken away, and was not declared again meanwhile. */
  readonly #underway = new Set<ObjectId>();
  #busy: Promise<void> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  add(id: ObjectId): void {
    if (!this.#underway.has(id)) this.#waiting.add(id);
  }

  /** Declared again before its turn came. */
  cancel(id: ObjectId): void {
    this.#waiting.delete(id);
    this.#underway.delete(id);
  }

  /** Goes on with what waits; whether anything is under way. Calls back when a part is done. */
  start(then: () => void): boolean {
    if (this.#busy !== undefined) return true;
    const { switchboard, isMoving } = this.#around;
    if (this.#waiting.size === 0 || !switchboard.isKnown) return false;
    for (const id of this.#waiting) if (isMoving(id)) this.#waiting.delete(id);
    // A port that is to be on another bridge would go with the one it is still in.
    const ids = [...this.#waiting].filter((id) => !switchboard.sight.portsIn(id).some(isMoving));
    if (ids.length === 0) return false;
    for (const id of ids) {
      this.#waiting.delete(id);
      this.#underway.add(id);
    }
    this.#busy = this.#leave(ids).then(() => {
      this.#busy = undefined;
      this.#underway.clear();
      then();
    });
    return true;
  }

  /** Answers when no deletion is under way; begins no other. */
  async end(): Promise<void> {
    this.#waiting.clear();
    await this.#busy;
  }

  async #leave(ids: readonly ObjectId[]): Promise<void> {
    const { ledger, switchboard } = this.#around;
    const all = ids.map((id) => this.#leaving(id));
    const due = all.filter(({ steps }) => steps.length > 0);
    const outcomes = await switchboard.mail.perform(due);
    const results = new Map(due.map(({ id }, i) => [id, outcomes[i]]));
    for (const leaving of all) {
      const outcome = results.get(leaving.id);
      // The database went meanwhile, or what was to go is not as it was: it is looked for again.
      if (outcome?.is === 'not-sent' || outcome?.is === 'overtaken') {
        if (this.#underway.has(leaving.id)) this.#waiting.add(leaving.id);
      } else this.#left(leaving, outcome);
    }
    ledger.write();
  }

  /** What vnetd made goes, but no bridge that others have ports in. */
  #leaving(id: ObjectId): Leaving {
    const { switchboard } = this.#around;
    const entries = switchboard.sight.entriesAway(id);
    if (!this.#isOurs(id)) {
      const isMade = this.#around.ledger.get(id).origin === 'made' && switchboard.sight.isThere(id);
      return { id, steps: entries, isDeleted: false, why: isMade ? 'it is not vnetd’s' : null };
    }
    const theirs = switchboard.sight.portsIn(id).filter((port) => !this.#isOurs(port));
    if (theirs.length === 0)
      return {
        id,
        steps: [{ do: 'delete', id }, ...entries],
        isDeleted: true,
        tap: switchboard.sight.tapOf(id),
        why: null,
      };
    const names = named(theirs.map((port) => parseObjectId(port).name).sort());
    const why = `${names} in it ${theirs.length === 1 ? 'is' : 'are'} not vnetd’s`;
    return { id, steps: [...entries, { do: 'disown', id }], isDeleted: false, why };
  }

  #isOurs(id: ObjectId): boolean {
    const thing = this.#around.switchboard.sight.thing(id);
    return thing !== undefined && !isOthers(this.#around.ledger.get(id), thing);
  }

  #left({ id, steps, isDeleted, tap, why }: Leaving, outcome: Outcome | undefined): void {
    const { ledger, switchboard, happened, release } = this.#around;
    const kind = kindOf(id);
    const isMade = ledger.get(id).origin !== 'found';
    if (outcome?.is === 'refused') {
      const message = `cannot be ${isDeleted ? 'deleted' : 'let go'}: ${outcome.words}`;
      happened({ at: Date.now(), id, event: 'refused', kind, message });
    } else if (!isDeleted && (switchboard.sight.isThere(id) || !isMade)) {
      ledger.claim(id, kind, 'found');
      const message = why === null ? 'no longer declared' : `no longer declared; left as it is: ${why}`;
      release(id, { message, changes: steps.flatMap(entryChange), isThere: switchboard.sight.isThere(id) });
      return;
    } else {
      const message = isDeleted ? 'no longer declared' : 'no longer declared; it is gone already';
      happened({ at: Date.now(), id, event: 'removed', kind, message });
      // An ovs-vswitchd that starts later knows nothing of the taps of one before it: they last, with their addresses.
      if (tap !== undefined && switchboard.standing.database === 'idle' && switchboard.sight.hasTap(id, tap))
        this.#around.deleteLink(parseObjectId(id).name);
    }
    ledger.forget(id);
  }
}

/** What a step takes out of a list. */
function entryChange(step: Step): readonly Change[] {
  return step.do === 'remove' ? [{ key: step.list, wanted: null, found: step.entry }] : [];
}

function kindOf(id: ObjectId): string {
  const parts = linkKinds.find((kind) => kind.parts !== undefined);
  return (wholeOf(id) === undefined ? parts : parts?.parts?.kind)?.name ?? parseObjectId(id).name;
}
