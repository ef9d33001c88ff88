import { setTimeout as pause } from 'node:timers/promises';
import type { ObjectId } from '../../model/address.ts';
import type { Happening } from '../../model/event.ts';
import type { House } from '../house.ts';
import { eventDocument, statusDocument } from './documents.ts';
import type { LineStream } from './line-stream.ts';
import { objectsStillThere } from './query.ts';

/** The least time between two lines of one status stream. */
const breathMs = 50;

/** A large status is made at most for this part of the time, whatever happens. */
const share = 1 / 20;

/** How long a reader of a long history may take for what fits into its buffer. */
const patienceMs = 30_000;

/** How much may happen while the past is still being told. */
const backlogLimit = 10_000;

/** Says the whole status now and after every change, at the pace of the client: states in between are left out. */
export async function followStatus(
  house: House,
  ids: readonly ObjectId[] | null,
  stream: LineStream,
): Promise<void> {
  if (stream.signal.aborted) return;
  let stale = true;
  let said = '';
  let wake = () => {};
  const changed = () => {
    stale = true;
    wake();
  };
  house.watch({ changed }, stream.signal);
  stream.signal.addEventListener('abort', () => wake(), { once: true });
  while (!stream.signal.aborted) {
    if (!stale) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    stale = false;
    const begun = performance.now();
    const status = house.status();
    const text = JSON.stringify(statusDocument(status, objectsStillThere(status, ids)));
    if (text !== said) stream.sayText(text);
    said = text;
    const spent = performance.now() - begun;
    await stream.taken();
    await rest(Math.max(breathMs, spent / share), stream.signal);
  }
}

/** Says all of these, at the pace of the client. */
export async function tell(happenings: readonly Happening[], stream: LineStream): Promise<void> {
  for (const happening of happenings) {
    if (stream.signal.aborted) return;
    stream.say(eventDocument(happening));
    await stream.taken(patienceMs);
  }
}

/** Says what was, then what happens, with nothing missing or doubled in between. */
export async function followHistory(
  past: readonly Happening[],
  house: House,
  id: ObjectId | null,
  stream: LineStream,
): Promise<void> {
  if (stream.signal.aborted) return;
  let waiting: Happening[] | null = [];
  const happened = (happening: Happening) => {
    if (id !== null && happening.id !== id) return;
    if (waiting === null) stream.say(eventDocument(happening));
    else if (waiting.length < backlogLimit) waiting.push(happening);
    else stream.part('too-slow', `more than ${backlogLimit} things happened while the past was being read`);
  };
  house.watch({ happened }, stream.signal);
  await tell(past, stream);
  const meanwhile = waiting;
  waiting = null;
  for (const happening of meanwhile) stream.say(eventDocument(happening));
}

async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => undefined);
}
