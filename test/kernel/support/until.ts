import { setTimeout as pause } from 'node:timers/promises';

export interface Deadline {
  /** Milliseconds; generous, for it is only waited out when the test fails. */
  readonly within: number;
  /** What is waited for, for the message when it does not come. */
  readonly what?: string;
}

/**
 * Waits until `condition` gives something other than false, null or undefined, and gives that.
 * It is asked every few milliseconds; while it throws (an assertion in it, `ip` not finding a link) it is not so yet.
 * At the deadline it throws what the condition last threw, or says what was waited for.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { within, what = condition.toString() }: Deadline,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + within;
  for (;;) {
    let thrown: unknown;
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) {
        return value as Exclude<T, false | null | undefined>;
      }
    } catch (error) {
      thrown = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`not so within ${within} ms: ${what}`, thrown === undefined ? {} : { cause: thrown });
    }
    await pause(5);
  }
}
