/** Microseconds of the monotonic clock. */
export function nowMicros(): number {
  return Math.round(performance.now() * 1000);
}

/** The time of day of a moment of the monotonic clock, in milliseconds since the epoch. */
export function timeOfDay(micros: number): number {
  return Math.round(Date.now() - (nowMicros() - micros) / 1000);
}
