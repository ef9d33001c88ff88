/** A number of microseconds with three digits at most: `412 µs`, `4.1 ms`, `1.2 s`. */
export function shortSpan(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 1_000_000) return `${digits(micros / 1000)} ms`;
  return `${digits(micros / 1_000_000)} s`;
}

function digits(number: number): string {
  return number < 100 ? number.toFixed(1) : String(Math.round(number));
}
