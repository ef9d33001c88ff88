import type { Change, Requester } from '../../model/change.ts';
import type { EventName, Happening } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';

const MOST_CHANGES = 8;
const LONGEST_VALUE = 200;
const LONGEST_COMMAND = 200;

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

/** A happening as a tired operator reads it: `bond1: drift: mtu is 1500, wanted 9000 (by pid 4242: ip link set …)`. */
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
  const { event, kind, changes = [], message } = happening;
  const also = message === undefined ? '' : `: ${message}`;
  const disruptive = happening.disruptive === true ? ' (disruptive)' : '';
  switch (event) {
    case 'drift':
      return `drift: ${message ?? listed(changes, difference)}${author(happening.by)}`;
    case 'restored': {
      const done = changes.length === 0 ? '' : ` ${listed(changes, repair)}`;
      return `restored${done}${duration(happening.micros)}${disruptive}${also}`;
    }
    case 'applied':
      return `applied ${listed(changes, repair)}${disruptive}${also}`;
    case 'refused':
      return message === undefined ? `refused ${listed(changes, repair)}` : `refused: ${message}`;
    case 'contested':
      return `contested: ${message ?? listed(changes, difference)}`;
    case 'created':
    case 'adopted':
      return `${event}${kind === undefined ? '' : ` (${kind})`}${fitted(changes)}${disruptive}${also}`;
    case 'removed':
      return `removed${also}`;
    case 'released':
      return changes.length === 0
        ? `released, left as it is${also}`
        : `released ${listed(changes, repair)}${disruptive}${also}`;
    case 'config':
      return `configuration: ${message ?? `generation ${happening.generation} is in force`}`;
    case 'resync':
      return message ?? 'events were lost; everything was read again';
    default:
      return event satisfies never;
  }
}

function difference({ key, wanted, found, movedTo }: Change): string {
  if (movedTo !== undefined) return `it was moved to ${movedTo}`;
  if (key === 'exists') return found === true ? 'it is there, and should not be' : 'it is gone';
  if (found === null) return `${key} ${shown(wanted)} is missing`;
  if (wanted === null) return `${key} ${shown(found)} is there, and should not be`;
  return `${key} is ${shown(found)}, wanted ${shown(wanted)}`;
}

function repair({ key, wanted, found }: Change): string {
  if (key === 'exists') return 'the link';
  return wanted === null ? `${key} without ${shown(found)}` : `${key}=${shown(wanted)}`;
}

function fitted(changes: readonly Change[]): string {
  return changes.length === 0 ? '' : `, and set ${listed(changes, repair)}`;
}

function listed(changes: readonly Change[], say: (change: Change) => string): string {
  const said = changes.slice(0, MOST_CHANGES).map(say);
  const more = changes.length - said.length;
  return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function shown(value: Value): string {
  return cut(typeof value === 'string' ? value : JSON.stringify(value), LONGEST_VALUE);
}

function author(by: Requester | null | undefined): string {
  if (by === null || by === undefined) return '';
  const user = by.uid === null || by.uid === 0 ? '' : `, uid ${by.uid}`;
  return ` (by pid ${by.pid}${user}${by.command === null ? '' : `: ${cut(by.command, LONGEST_COMMAND)}`})`;
}

function duration(micros: number | null | undefined): string {
  if (micros === null || micros === undefined) return '';
  if (micros < 10_000) return ` in ${Math.round(micros)} µs`;
  if (micros < 10_000_000) return ` in ${(micros / 1000).toFixed(1)} ms`;
  return ` in ${(micros / 1_000_000).toFixed(1)} s`;
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
