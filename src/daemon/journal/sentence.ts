import type { EventName, Happening } from '../../model/event.ts';
import { eventText, shortened } from '../../model/event-text.ts';
import type { Value } from '../../model/value.ts';

/** A change of hundreds of entries stays a line. */
const limits = { changes: 8, length: 200 };

export type Level = 'error' | 'warn' | 'notice' | 'info' | 'debug';

/** How loud each event is: `journalctl -p warning` is to show drifts and refusals, and nothing that went well. */
export const levelOf: Readonly<Record<EventName, Level>> = {
  drift: 'warn',
  contested: 'warn',
  refused: 'error',
  restored: 'notice',
  applied: 'notice',
  config: 'notice',
  resync: 'notice',
  created: 'info',
  adopted: 'info',
  removed: 'info',
  released: 'info',
};

/** A happening as a tired operator reads it: `bond1: drift: mtu is 1500, wanted 9000`. */
export function sentenceOf(happening: Happening): string {
  const what = printable(whatHappened(happening));
  return happening.id === null ? what : `${printable(happening.id)}: ${what}`;
}

/** A sentence with its facts behind it: `an answer failed (reason: …)`. */
export function withFacts(sentence: string, facts: Readonly<Record<string, Value>>): string {
  const said = Object.entries(facts).map(([name, value]) => `${name}: ${shown(value)}`);
  return printable(said.length === 0 ? sentence : `${sentence} (${said.join(', ')})`);
}

/** A text without what moves a terminal's cursor, ends a line or turns the direction of writing: names come from anybody. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function whatHappened(happening: Happening): string {
  const { event, kind, message, generation } = happening;
  if (event === 'config') return `configuration: ${message ?? `generation ${generation} is in force`}`;
  if (event === 'resync') return message ?? 'events were lost; everything was read again';
  const text = eventText(happening, limits);
  const made = (event === 'created' || event === 'adopted') && kind !== undefined ? ` (${kind})` : '';
  if (text === '' && event === 'released') return 'released, left as it is';
  return `${event}${made}${text === '' ? '' : `: ${text}`}`;
}

function shown(value: Value): string {
  return shortened(typeof value === 'string' ? value : JSON.stringify(value), limits.length);
}
