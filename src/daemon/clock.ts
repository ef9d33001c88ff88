/** Microseconds of the monotonic clock. */
export function nowMicros(): number {
  return Math.round(performance.now() * 1000);
}
