/** Microseconds of the monotonic clock. */
export function nowMicros(): number {
  return Math.round(performance.now() * 1000);
}

/** The time of day of a moment of the monotonic clock, in milliseconds since the epoch. */
export function timeOfDay(micros: number): number {
  return Math.round(Date.now() - (nowMicros() - micros) / 1000);
}

/** A time since the epoch, in milliseconds, as the clock on the wall has it: `13:05:59`. */
export function timeOnTheWall(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
