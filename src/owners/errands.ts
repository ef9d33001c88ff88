import { wholeNamespace } from '../inventory/asked-book.ts';
import { type LinkName, parseObjectId } from '../model/address.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Answer } from '../netlink/request.ts';
import type { AskedList } from '../reconcilers/list.ts';
import type { Errand } from '../wire/errand.ts';
import type { Place } from './place.ts';

/** A step that is no request of rtnetlink's, and where it is done. */
interface ErrandPart {
  readonly step: Step;
  readonly place: Place;
  readonly errand: Errand;
  readonly list: AskedList;
}

/**
 * Runs errands, in order; the lists they change have to be asked for anew.
 * Two links may ask for the same thing of their namespace: it is done once, and is the answer to both.
 */
export function runErrands<P extends ErrandPart>(parts: readonly P[]): ReadonlyMap<P, Outcome> {
  const done = new Map<Place, { readonly errand: Errand; readonly outcome: Outcome }[]>();
  const outcomes = new Map<P, Outcome>();
  for (const part of parts) {
    const { step, place, errand, list } = part;
    const { view, messenger } = place;
    const before = done.get(place) ?? [];
    done.set(place, before);
    const last = list.of === 'underlay' ? before.find((one) => isSame(one.errand, errand)) : undefined;
    const outcome = last?.outcome ?? outcomeOf([messenger.run(errand).answer]);
    before.push({ errand, outcome });
    outcomes.set(part, outcome);
    const holder = view.holder(parseObjectId(step.id).name as LinkName);
    view.inventory.asked.forget(list.of === 'link' ? (holder?.ifindex ?? 0) : wholeNamespace, list.name);
  }
  return outcomes;
}

/** What a list of answers comes to. */
export function outcomeOf(answers: readonly Answer[]): Outcome {
  const refused = answers.find((answer) => answer.is === 'refused');
  if (refused !== undefined) return refused;
  return answers.some((answer) => answer.is === 'unknown')
    ? { is: 'not-sent', why: 'the answer was lost' }
    : { is: 'done' };
}

function isSame(a: Errand, b: Errand): boolean {
  if (a.by !== 'generic-netlink' || b.by !== a.by) return false;
  const isOne = a.family === b.family && a.command === b.command;
  return isOne && Buffer.compare(a.attributes, b.attributes) === 0;
}
