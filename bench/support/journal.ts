import { readFileSync } from 'node:fs';
import type { Home } from './vnetd.ts';

/** A line of vnetd's log that tells of an event. */
export interface Told {
  readonly event: string;
  readonly id: string | null;
}

/** The events in vnetd's log, oldest first; what is no event is left out. */
export function eventsOf({ log }: Home): readonly Told[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const at = line.indexOf('{');
      if (at < 0) return [];
      const { event, id } = JSON.parse(line.slice(at)) as Partial<Told>;
      return event === undefined ? [] : [{ event, id: id ?? null }];
    });
}

export function countOf(home: Home, event: string): number {
  return eventsOf(home).filter((one) => one.event === event).length;
}
