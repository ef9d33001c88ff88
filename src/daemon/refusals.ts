import type { ObjectId } from '../model/address.ts';
import type { Change } from '../model/change.ts';
import type { Step } from '../model/step.ts';
import { sameValue, type Value } from '../model/value.ts';
import { isUnknownKind } from '../owners/unknown-kind.ts';
import type { Finding } from '../plan/situation.ts';
import { kindNamed, listNamed, rowOf } from '../reconcilers/index.ts';
import type { AnyRow } from '../reconcilers/kind.ts';
import { hostHere } from './abilities/host.ts';
import { isLater, lackOf, lackOfField, unknownField } from './abilities/lack.ts';
import { moduleName } from './abilities/modules.ts';
import { type Held, type Refusal, spoken } from './held.ts';
import type { Objects } from './objects.ts';
import { abilities } from './watchman.ts';

/** The kernel took it so often without the value coming to agree: it will not the next time either. */
const UNHEEDED = 2;
/** Somebody else may have changed it back each time, which a contest is about; where there are none, this ends it. */
const MANY = 100;
/** What the kernel says to what it does not have: EOPNOTSUPP, EPROTONOSUPPORT, ENOENT. */
const inabilities: ReadonlySet<number> = new Set([95, 93, 2]);
const EBUSY = 16;

export type TellRefusal = (id: ObjectId, held: Held, change: Change, words: string) => void;

/** What the kernel said no to: told once, and asked again only when something changed. */
export class Refusals {
  readonly #tell: TellRefusal;
  #abilities = abilities();

  constructor(tell: TellRefusal) {
    this.#tell = tell;
  }

  /** A step was refused. */
  refused(
    id: ObjectId,
    held: Held,
    { at, change }: Finding,
    step: Step,
    { errno, words }: { readonly errno: number; readonly words: string },
    mark: () => string,
  ): void {
    // It wants the link down for a new name, which is no refusal to speak of.
    const busy = step.do === 'rename' && errno === EBUSY;
    const said = busy || at === 'exists' ? words : `${spoken(at)}: ${words}`;
    const kind = isUnknownKind(step, errno, words) ? kindNamed(held.wanted.kind) : undefined;
    const lack = kind === undefined ? null : lackOf(hostHere, kind);
    const reason = `${said}${inabilities.has(errno) ? fieldWords(held, at) : ''}`;
    this.#stand(id, held, at, change, {
      reason: lack === null ? reason : `${said}: ${lack.brief}`,
      whole: lack === null ? reason : `${said}: ${lack.words}`,
      fingerprint: mark(),
      inability: inabilities.has(errno),
      awaitsModule: inabilities.has(errno),
      lack,
      busy,
    });
  }

  /** The kernel said yes; whether the value agrees now is seen at the next look. */
  taken(id: ObjectId, held: Held, finding: Finding, mark: () => string): void {
    const { at, change } = finding;
    const row = rowAt(held, at);
    const isUnknown = row !== undefined && isUntold(row, change.found);
    const words = isUnknown
      ? unknownField(hostHere, row)
      : `the kernel took it, and says ${JSON.stringify(change.found)} all the same${fieldWords(held, at)}`;
    this.#again(id, held, finding, finding.drift ? MANY : UNHEEDED, words, mark);
  }

  /** A step could not even be asked for, or its answer was lost: the world has moved on, unless this is said for ever. */
  unsent(id: ObjectId, held: Held, finding: Finding, why: string, mark: () => string): void {
    this.#again(id, held, finding, MANY, why, mark);
  }

  /** What the answer was about changed meanwhile: asked again, unless it is answered so again and again. */
  overtaken(id: ObjectId, held: Held, finding: Finding, words: string, mark: () => string): void {
    this.#again(id, held, finding, UNHEEDED, words, mark);
  }

  /** The kernel's words, or those of the planner where it can tell without asking: once. */
  tell(id: ObjectId, held: Held, at: string, change: Change, reason: string): void {
    if (held.toldWords.get(at) === reason) return;
    held.toldWords.set(at, reason);
    this.#tell(id, held, change, reason);
  }

  /** A refusal stands until the link or the world around it changes. */
  reconsider(held: Held, mark: () => string): void {
    if (held.refusals.size === 0) return;
    const now = mark();
    for (const [at, refusal] of held.refusals) {
      if (refusal.fingerprint === now) continue;
      held.refusals.delete(at);
      held.unheeded.delete(at);
    }
  }

  /** A module was loaded: gives those that may have waited for it. */
  loaded(objects: Objects, module: string): readonly ObjectId[] {
    this.#abilities = abilities();
    return forgotten(objects, ({ lack }) => {
      return lack === null || lack.module === null || moduleName(lack.module) === module;
    });
  }

  /** Modules may have come or gone, or what kept one from being loaded: gives those for whom that may change the answer. */
  abilitiesMayHaveChanged(objects: Objects): readonly ObjectId[] {
    const now = abilities();
    const isOther = now !== this.#abilities;
    this.#abilities = now;
    const marks = new Map<string, string>();
    return forgotten(objects, ({ lack }, { wanted }) => {
      const kind = kindNamed(wanted.kind);
      if (isOther || lack === null || kind === undefined) return isOther;
      const mark = marks.get(kind.name) ?? lackOf(hostHere, kind).mark;
      marks.set(kind.name, mark);
      return mark !== lack.mark;
    });
  }

  #again(
    id: ObjectId,
    held: Held,
    { at, change }: Finding,
    most: number,
    words: string,
    mark: () => string,
  ): void {
    const times = (held.unheeded.get(at) ?? 0) + 1;
    held.unheeded.set(at, times);
    if (times <= most) return;
    const reason = `${spoken(at)}: ${words}`;
    this.#stand(id, held, at, change, {
      reason,
      whole: reason,
      fingerprint: mark(),
      inability: true,
      awaitsModule: false,
      lack: null,
      busy: false,
    });
  }

  #stand(id: ObjectId, held: Held, at: string, change: Change, refusal: Refusal): void {
    held.refusals.set(at, refusal);
    // What was done for an edit came to nothing.
    if (held.open.get(at)?.cause === 'edit') held.open.delete(at);
    if (!refusal.busy) this.tell(id, held, at, change, refusal.reason);
  }
}

/** Takes back the refusals of what the kernel lacked, as far as they may be over; whose they were. */
function forgotten(
  objects: Objects,
  mayBeOver: (refusal: Refusal, held: Held) => boolean,
): readonly ObjectId[] {
  const due: ObjectId[] = [];
  for (const [id, held] of objects.entries()) {
    if (held.refusals.size === 0) continue;
    const over = [...held.refusals].filter(([, one]) => one.awaitsModule && mayBeOver(one, held));
    for (const [at] of over) {
      held.refusals.delete(at);
      held.unheeded.delete(at);
    }
    if (over.length > 0) due.push(id);
  }
  return due;
}

/** The row of an attribute by its address inside the object; undefined for an entry of a list. */
function rowAt({ wanted }: Held, at: string): AnyRow | undefined {
  return rowOf(wanted.kind, at);
}

/** Whether what was found is what the kernel's silence about a field it does not know looks like. */
function isUntold(row: AnyRow, found: Value): boolean {
  if (row.absent === undefined) return found === null;
  return isLater(hostHere, row) && sameValue(found, row.absent);
}

/** What is to be said of a field that not every kernel has. */
function fieldWords(held: Held, at: string): string {
  const row = rowAt(held, at) ?? listNamed(at.split('/')[0] ?? '');
  return row === undefined ? '' : lackOfField(hostHere, row);
}
