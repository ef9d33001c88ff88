import type { ObjectId } from '../model/address.ts';
import type { Change, Requester } from '../model/change.ts';
import type { EventName, Happening } from '../model/event.ts';

/** A row of the table `happening`, its `seq` apart. Lists and requesters are JSON, for `json_extract` to look into. */
export interface Row {
  readonly at: number;
  readonly id: string | null;
  readonly event: string;
  readonly kind: string | null;
  readonly changes: string | null;
  readonly requester: string | null;
  readonly micros: number | null;
  readonly disruptive: 0 | 1 | null;
  readonly message: string | null;
  readonly generation: number | null;
}

/** The columns, in the order they are inserted and read. */
export const columns = [
  'at',
  'id',
  'event',
  'kind',
  'changes',
  'requester',
  'micros',
  'disruptive',
  'message',
  'generation',
] as const satisfies readonly (keyof Row)[];

/** Throws where something in the happening is no JSON. */
export function rowOf(happening: Happening): Row {
  const { at, id, event, kind, changes, by, micros, disruptive, message, generation } = happening;
  return {
    at: Math.round(at),
    id,
    event,
    kind: kind ?? null,
    changes: changes === undefined ? null : JSON.stringify(changes),
    requester: by === undefined || by === null ? null : JSON.stringify(by),
    micros: micros === undefined || micros === null ? null : Math.round(micros),
    disruptive: disruptive === undefined ? null : disruptive ? 1 : 0,
    message: message ?? null,
    generation: generation ?? null,
  };
}

/**
 * The happening a row was made of; `rowOf` is trusted to have made it.
 * A drift always says `by` and a repair always `micros`, null where it is not known; elsewhere they are absent.
 */
export function happeningOf(row: Row): Happening {
  const event = row.event as EventName;
  return {
    at: row.at,
    id: row.id as ObjectId | null,
    event,
    ...(row.kind !== null && { kind: row.kind }),
    ...(row.changes !== null && { changes: parsed<Change[]>(row.changes) ?? [] }),
    ...((row.requester !== null || event === 'drift') && {
      by: row.requester === null ? null : parsed<Requester>(row.requester),
    }),
    ...((row.micros !== null || event === 'restored') && { micros: row.micros }),
    ...(row.disruptive !== null && { disruptive: row.disruptive === 1 }),
    ...(row.message !== null && { message: row.message }),
    ...(row.generation !== null && { generation: row.generation }),
  };
}

/** One row that somebody wrote into by hand must not keep all others from being read. */
function parsed<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
