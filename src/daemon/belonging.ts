import { type ObjectId, parseObjectId } from '../model/address.ts';
import { keysOf } from '../model/step.ts';
import type { Performed } from '../owners/performer.ts';
import { entryAt, type Judgement, working } from '../plan/situation.ts';
import { masterOfPortKey } from '../reconcilers/index.ts';
import { type Held, isKeptInRows } from './held.ts';

/** Which findings a step was for, by address inside the object. */
export function addressesOf(
  id: ObjectId,
  { step, outcome }: Performed,
  judgement: Judgement,
): readonly string[] {
  if (step.do === 'rename') return ['name'];
  // A member nobody declared, put out of a complete list: the finding is its master's.
  if (step.id !== id) {
    const { name } = parseObjectId(step.id);
    return judgement.findings.flatMap(({ at, change }) => (change.found === name ? [at] : []));
  }
  if (step.do === 'add' || step.do === 'remove') return [entryAt(step.list, step.entry)];
  const refusedDeletion = step.do === 'delete' && outcome.is === 'refused';
  if (step.do !== 'create' && !refusedDeletion) return keysOf(step);
  // A new link was to mend these.
  return judgement.findings.flatMap(({ at, need, hold }) =>
    at === 'exists' || (need === 'recreate' && hold === null) ? [at] : [],
  );
}

/** Whether a difference is part of a larger drift: everything of a link that is gone, a port's attributes of a lost master. */
export function belongsTo(held: Held, at: string, larger: string): boolean {
  if (larger === 'exists') return at !== 'exists';
  // A port whose link is taken in anew has another type for a moment, and a link that is made anew nothing on it.
  if (larger === working)
    return at === 'type' || (at !== working && at !== 'exists' && !isKeptInRows(held, listOf(at)));
  return larger === 'master' && (masterOfPortKey(at) !== undefined || at.startsWith('vlans/'));
}

function listOf(at: string): string {
  return at.split('/')[0] ?? at;
}

/** Whether a difference is part of a larger drift that is being mended. */
export function partOfAnother(held: Held, at: string): boolean {
  return [...held.open.keys()].some((larger) => belongsTo(held, at, larger));
}
