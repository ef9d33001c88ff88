import type { Happening } from '../model/event.ts';

/** What is not in the file yet, oldest first: bounded, and what it had to let go is counted. */
export interface Backlog {
  /** The oldest go first when there are too many: what happens now says more about what is wrong now. */
  add(happening: Happening): void;
  /** The oldest, without taking them out. */
  first(count: number): readonly Happening[];
  drop(count: number): void;
  all(): readonly Happening[];
  size(): number;
  /** How many were let go since the last time this was asked to forget them. */
  lost(): number;
  forgetLost(): void;
}

export function makeBacklog(most: number): Backlog {
  // A part at a time, as taking the first element of a long array moves all others.
  const slice = Math.max(1, Math.floor(most / 64));
  let waiting: Happening[] = [];
  let lost = 0;
  return {
    add(happening) {
      if (waiting.length >= most) {
        waiting.splice(0, slice);
        lost += slice;
      }
      waiting.push(happening);
    },
    first: (count) => waiting.slice(0, count),
    drop(count) {
      if (count >= waiting.length) waiting = [];
      else waiting.splice(0, count);
    },
    all: () => waiting,
    size: () => waiting.length,
    lost: () => lost,
    forgetLost() {
      lost = 0;
    },
  };
}
