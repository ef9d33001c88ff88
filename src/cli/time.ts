import { Failure } from '../model/failure.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: second,
  m: minute,
  min: minute,
  h: hour,
  d: day,
  w: 7 * day,
};

/** How long ago that was, in one unit, as people say it. */
export function ago(iso: string, now: number): string {
  const span = now - Date.parse(iso);
  if (span < second) return 'just now';
  if (span < minute) return `${Math.floor(span / second)} s ago`;
  if (span < hour) return `${Math.floor(span / minute)} min ago`;
  if (span < 2 * day) return `${Math.floor(span / hour)} h ago`;
  return `${Math.floor(span / day)} days ago`;
}

/** A moment on the local clock, to the millisecond: `2026-11-21 01:02:03.456`. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join(':');
  return `${date} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** `90`, `30s`, `1h30m` in milliseconds; a bare number is seconds. Throws a usage failure for anything else. */
export function parseSpan(text: string): number {
  const span = spanWritten(text);
  if (span === undefined) throw new Failure('usage', `${text} is not a span of time; write 30s, 2m or 1h30m`);
  return span;
}

/**
 * A moment as people write it, in milliseconds: `10m` and `2h ago` before now, `today`, `yesterday`, `14:05`,
 * `2026-11-21 10:00` on the local clock, ISO 8601, `@` and seconds of the epoch. Throws a usage failure for anything else.
 */
export function parseMoment(text: string, now: number): number {
  const written = text.trim();
  const moment = namedMoment(written, now) ?? clockMoment(written, now) ?? momentAgo(written, now);
  if (moment !== undefined && !Number.isNaN(moment)) return moment;
  throw new Failure(
    'usage',
    `${text} is not a time; write 10m, 2h, today, yesterday, 14:05, "2026-11-21 10:00" or 2026-11-21T10:00:00Z`,
  );
}

function namedMoment(text: string, now: number): number | undefined {
  if (text === 'now') return now;
  if (text === 'today' || text === 'yesterday') {
    const at = new Date(now);
    return new Date(at.getFullYear(), at.getMonth(), at.getDate() - (text === 'yesterday' ? 1 : 0)).getTime();
  }
  const epoch = /^@(\d+(?:\.\d+)?)$/.exec(text);
  return epoch === null ? undefined : Number(epoch[1]) * second;
}

function clockMoment(text: string, now: number): number | undefined {
  if (/^\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)) {
    const at = new Date(now);
    const today = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
    return Date.parse(`${today}T${text}`);
  }
  const date = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  // Without a zone a date with a time is local, but a date alone would be UTC (ECMA-262, Date Time String Format).
  return date === null ? undefined : Date.parse(`${date[1]}T${date[2] ?? '00:00'}${date[3] ?? ''}`);
}

function momentAgo(text: string, now: number): number | undefined {
  const span = spanWritten(text.replace(/^-/, '').replace(/\s*ago$/, ''));
  return span === undefined || /^\d+$/.test(text) ? undefined : now - span;
}

function spanWritten(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * second;
  let rest = text;
  let total = 0;
  while (rest !== '') {
    const part = /^(\d+(?:\.\d+)?)\s*([a-z]+)\s*/.exec(rest);
    const unit = part === null ? undefined : unitNamed(part[2] as string);
    if (part === null || unit === undefined) return undefined;
    total += Number(part[1]) * unit;
    rest = rest.slice(part[0].length);
  }
  return text === '' ? undefined : total;
}

function unitNamed(word: string): number | undefined {
  if (Object.hasOwn(units, word)) return units[word];
  const long = { second, minute, hour, day, week: 7 * day } as const;
  const singular = word.replace(/s$/, '').replace(/^sec$/, 'second');
  return Object.hasOwn(long, singular) ? long[singular as keyof typeof long] : undefined;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
