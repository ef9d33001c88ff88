import { changeTold } from '../../model/change.ts';
import type { Happening } from '../../model/event.ts';
import type { Value } from '../../model/value.ts';

/** The facts beside a sentence. */
export type Fields = Readonly<Record<string, Value>>;

/** The facts of a happening: those named here and no others, whatever else somebody may hang on it one day. */
export function fieldsOf(happening: Happening): Fields {
  const { at, event, id, kind, changes, by, micros, disruptive, generation } = happening;
  return {
    event,
    id,
    at: new Date(at).toISOString(),
    ...(kind !== undefined && { kind }),
    ...(changes !== undefined && {
      changes: changes.map(changeTold),
    }),
    ...(by !== undefined && {
      by: by === null ? null : { pid: by.pid, command: by.command, uid: by.uid },
    }),
    ...(micros !== undefined && { micros }),
    ...(disruptive !== undefined && { disruptive }),
    ...(generation !== undefined && { generation }),
  };
}
