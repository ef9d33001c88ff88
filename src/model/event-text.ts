import type { Requester } from './change.ts';
import { differenceText, failureText, remedyText, valueText } from './change-text.ts';
import type { EventName, Happening } from './event.ts';
import { shortSpan } from './span.ts';
import type { Value } from './value.ts';

/** What is left out of a line: changes beyond so many, and what is longer than that of values and commands. */
export interface Limits {
  readonly changes: number;
  readonly length: number;
}

/** Events that tell what vnetd did; the others tell what it saw. */
const remedies: ReadonlySet<EventName> = new Set(['created', 'adopted', 'applied', 'restored', 'released']);

/** What happened, in the words of history and journal, behind the name of the event. */
export function eventText(
  { event, changes = [], by, micros, disruptive, message, generation }: Omit<Happening, 'at' | 'id'>,
  limits: Limits = { changes: Infinity, length: Infinity },
): string {
  const say = (value: Value) => shortened(valueText(value), limits.length);
  const words = event === 'refused' ? failureText : remedies.has(event) ? remedyText : differenceText;
  const parts = changes.slice(0, limits.changes).map((change) => words(change, say));
  if (parts.length < changes.length) parts.push(`and ${changes.length - parts.length} more`);
  if (message !== undefined) parts.push(message);
  else if (generation !== undefined) parts.push(`generation ${generation}`);
  const took = micros == null ? '' : `, in ${shortSpan(micros)}`;
  const hard = disruptive === true ? ' (disruptive)' : '';
  return `${parts.join('; ')}${took}${hard}${by == null ? '' : `, by ${requesterText(by, limits)}`}`;
}

function requesterText({ pid, command, uid }: Requester, { length }: Limits): string {
  const user = uid === null ? '' : `, uid ${uid}`;
  if (command === null) return pid === null ? 'somebody' : `pid ${pid}${user}`;
  const said = `\`${shortened(command, length)}\``;
  return pid === null ? said : `${said} (pid ${pid}${user})`;
}

/** A text, or as much of it as fits, and an ellipsis. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
