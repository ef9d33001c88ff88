import type { Entry } from '../owners/ledger.ts';

/** What a row tells of whose it is; a link of the kernel’s bears no mark. */
export interface Owned {
  readonly ifindex: number;
  /** Whether it bears the mark by which vnetd knows what it made; undefined for what could bear none. */
  readonly isMarked?: boolean;
}

/** Whether what is there is another’s doing, whatever was there before: it bears no mark, and is not the row that vnetd made. */
export function isOthers({ origin, ifindex }: Pick<Entry, 'origin' | 'ifindex'>, thing: Owned): boolean {
  return thing.isMarked === false && (origin !== 'made' || ifindex !== thing.ifindex);
}
