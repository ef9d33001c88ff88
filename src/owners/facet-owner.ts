import type { FacetedLink, FacetSource } from '../inventory/facets.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import { fieldsOf } from '../reconcilers/index.ts';
import type { Source } from '../reconcilers/kind.ts';

/** Whose part of a link beside rtnetlink is read, set and watched. */
export interface FacetOwner extends FacetSource {
  set(link: FacetedLink, fields: Values): Outcome;
  /** Calls back with the number of a link of which something changed, or without one when that may be any. */
  watch(changed: (ifindex?: number) => void): void;
  close(): void;
}

/** The source a step is about, where that is not rtnetlink: the planner never mixes them. */
export function sourceOfStep(step: Step): Source | undefined {
  if (step.do !== 'set') return undefined;
  const table = fieldsOf(step.kind);
  for (const key in step.fields) {
    const place = table[key]?.place;
    return place?.at === 'facet' ? place.source : undefined;
  }
  return undefined;
}
