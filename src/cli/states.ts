import type { ConfigDocument, ObjectDocument } from '../daemon/control/documents.ts';
import { counted } from '../model/counted.ts';
import { isGood, type ObjectState } from '../model/status.ts';
import type { Colour } from './colour.ts';
import { harmless } from './width.ts';

/** How each state looks, in the order a summary counts them. */
export const stateColours: Readonly<Record<ObjectState, Colour>> = {
  'in-sync': 'green',
  pending: 'cyan',
  waiting: 'yellow',
  drifted: 'red',
  contested: 'red',
  refused: 'red',
  paused: 'gray',
};

/** Whether everything shown is as declared, and everything written is in force. */
export function allGood(config: ConfigDocument, objects: readonly ObjectDocument[]): boolean {
  return config.errors.length === 0 && objects.every(isGood);
}

/** `bond1 is drifted: mtu is 1400, wanted 1500`, ready to print. */
export function objectText({ id, state, reason }: ObjectDocument): string {
  const why = reason === null ? '' : reasonBehind(state, reason);
  return harmless(`${id} is ${state.replace('-', ' ')}${why}`);
}

/** `waiting: waiting for eth0` says it twice. */
function reasonBehind(state: ObjectState, reason: string): string {
  return reason.startsWith(`${state} `) ? reason.slice(state.length) : `: ${reason}`;
}

/** `12 objects: 11 in sync, 1 waiting`. */
export function summary(config: ConfigDocument, objects: readonly ObjectDocument[]): string {
  const counts = new Map<ObjectState, number>();
  for (const { state } of objects) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = (Object.keys(stateColours) as ObjectState[]).flatMap((state) => {
    const count = counts.get(state);
    return count === undefined ? [] : [`${count} ${state.replace('-', ' ')}`];
  });
  const states = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  const errors = config.errors.length;
  const complaint = errors === 0 ? '' : `; ${counted(errors, 'configuration error')}`;
  return `${counted(objects.length, 'object')}${states}${complaint}`;
}
