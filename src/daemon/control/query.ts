import type { HistoryQuery } from '../../history/query.ts';
import { asObjectId, type ObjectId } from '../../model/address.ts';
import { didYouMean } from '../../model/nearest.ts';
import type { ObjectStatus } from '../../model/status.ts';
import type { House, HouseStatus } from '../house.ts';
import { mayDeclare } from '../undeclared.ts';
import { Refusal } from './refusal.ts';

/** How many lines of history are shown to those who name neither a number nor a time. */
export const usualLimit = 100;

/** Refuses parameters an endpoint does not know, so that a typing mistake is never an unfiltered answer. */
export function allowOnly(query: URLSearchParams, known: readonly string[]): void {
  for (const key of query.keys()) {
    if (known.includes(key)) continue;
    throw new Refusal('bad-request', `there is no parameter ${key} here${didYouMean(key, known)}`);
  }
}

/** The ids asked for, null for all. */
export function idsAsked(query: URLSearchParams): readonly ObjectId[] | null {
  const ids = query.getAll('id');
  return ids.length === 0 ? null : ids.map(asObjectId);
}

/** The objects asked for, in the order they are declared in; refuses ids nobody declared. */
export function objectsAsked(status: HouseStatus, ids: readonly ObjectId[] | null): readonly ObjectStatus[] {
  if (ids === null) return status.objects;
  for (const id of ids) {
    if (!status.objects.some((object) => object.id === id)) throw unknownObject(status, id);
  }
  return objectsStillThere(status, ids);
}

/** The objects asked for that are (still) declared. */
export function objectsStillThere(
  status: HouseStatus,
  ids: readonly ObjectId[] | null,
): readonly ObjectStatus[] {
  if (ids === null) return status.objects;
  const asked = new Set(ids);
  return status.objects.filter(({ id }) => asked.has(id));
}

export function unknownObject(status: HouseStatus, id: string, besides = ''): Refusal {
  const near = didYouMean(
    id,
    status.objects.map((object) => object.id),
  );
  return new Refusal('not-found', `no object named ${id} is declared${besides}${doubt(status, id)}${near}`);
}

/** What else may be the matter with an id nobody declares. */
function doubt({ undeclared, config }: HouseStatus, id: string): string {
  const files = [...new Set(config.errors.map(({ file }) => file))];
  const isLeft = undeclared.some((one) => one === id);
  const left = isLeft ? '; vnetd leaves what it made of it as it is' : '';
  return files.length === 0 ? left : `${left}; ${mayDeclare(files, 'it')}`;
}

/** Refuses an id that is not declared and of which nothing is remembered. */
export function knownToHistory(house: House, id: ObjectId | undefined): void {
  if (id === undefined) return;
  const status = house.status();
  if (status.objects.some((object) => object.id === id) || house.history({ id, limit: 1 }).length > 0) return;
  throw unknownObject(status, id, ', and nothing of that name is in the history');
}

/** Which part of history is asked for. With a time and no `limit`, everything of that time. */
export function historyAsked(query: URLSearchParams): HistoryQuery {
  const id = query.get('id');
  const since = timeAsked(query, 'since');
  const until = timeAsked(query, 'until');
  const limit = limitAsked(query) ?? (since === undefined && until === undefined ? usualLimit : 0);
  return {
    limit,
    ...(id === null ? {} : { id: asObjectId(id) }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

function limitAsked(query: URLSearchParams): number | undefined {
  const text = query.get('limit');
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw new Refusal('bad-request', `limit is a number of lines (0: all), not ${text}`);
  return Number(text);
}

const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;

function timeAsked(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key);
  if (text === null) return undefined;
  // A plus that was not percent-encoded arrives as a space.
  const written = text.replace(' ', '+');
  const time = iso.test(written) ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new Refusal('bad-request', `${key} is a time like 2026-11-21T01:02:03.456Z, not ${text}`);
  }
  return time;
}
