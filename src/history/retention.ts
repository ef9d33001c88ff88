import type { Store } from './store.ts';

const ROWS_AT_ONCE = 200;
const PAGES_AT_ONCE = 32;

/** How long and how much history is kept: milliseconds and bytes. */
export interface Retention {
  readonly keepMs: number;
  readonly sizeBytes: number;
}

/** Deletes what is too old or too much, for about so long; says whether more is left to delete. */
export function prune(
  store: Store,
  { keepMs, sizeBytes }: Retention,
  now: number,
  budgetMs: number,
): boolean {
  const until = performance.now() + budgetMs;
  const isTimeLeft = () => performance.now() < until;
  let old = true;
  let much = true;
  let free = true;
  do {
    old = old && store.prune(now - keepMs, ROWS_AT_ONCE) === ROWS_AT_ONCE;
    much = !old && store.usedBytes() > sizeBytes && store.prune(Number.MAX_SAFE_INTEGER, ROWS_AT_ONCE) > 0;
    free = store.shrink(PAGES_AT_ONCE);
  } while ((old || much || free) && isTimeLeft());
  return old || much || free;
}
