import { type ObjectId, parseObjectId, resolveReference } from '../model/address.ts';
import type { Step } from '../model/step.ts';
import { peerKeyOf } from '../reconcilers/index.ts';

/** The objects a step makes: of a pair both ends. */
export function namesMade(step: Step): readonly ObjectId[] {
  if (step.do !== 'create') return [];
  const peer = step.fields[peerKeyOf(step.kind) ?? ''];
  const { namespace } = parseObjectId(step.id);
  return peer === undefined ? [step.id] : [step.id, resolveReference(namespace, String(peer))];
}
