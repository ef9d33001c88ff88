import type { TestContext } from 'node:test';
import { OvsdbClient, type OvsdbOptions, type OvsdbState, type Update } from '../../../src/ovsdb/client.ts';
import type { RowChange } from '../../../src/ovsdb/row.ts';
import { Arrivals } from '../../kernel/support/arrivals.ts';

type Told = { readonly changed: Update } | { readonly moved: OvsdbState };

/** A client, and all that it told. */
export interface Followed {
  readonly client: OvsdbClient;
  readonly told: Arrivals<Told>;
  /** Of all updates the changes, in their order. */
  changes(): readonly RowChange[];
  /** Resolves when the client became ready for the `count`th time, the first unless said otherwise. */
  ready(count?: number): Promise<void>;
  /** Resolves to the reason of the first move to `connecting` that fits. */
  lost(why: RegExp): Promise<string>;
  /** Resolves to the first change that fits. */
  change(fits: (change: RowChange) => boolean): Promise<RowChange>;
  /** Ends the client. */
  end(): void;
}

const within = 20_000;

/** Follows columns of a database until the test is over, with little patience between attempts. */
export function follow(
  t: TestContext,
  options: Pick<OvsdbOptions, 'path' | 'follow'> & Partial<OvsdbOptions>,
): Followed {
  const aborted = new AbortController();
  const told = new Arrivals<Told>();
  const updates = () => told.seen.flatMap((item) => ('changed' in item ? [item.changed] : []));
  t.after(() => aborted.abort());
  const client = new OvsdbClient({
    database: 'Open_vSwitch',
    signal: aborted.signal,
    listener: { changed: (changed) => told.push({ changed }), moved: (moved) => told.push({ moved }) },
    timing: { firstRetryMs: 10, slowestRetryMs: 100 },
    ...options,
  });
  return {
    client,
    told,
    changes: () => updates().flatMap(({ changes }) => changes),
    async ready(count = 1) {
      let times = 0;
      await told.first((item) => 'moved' in item && item.moved.is === 'ready' && ++times === count, {
        within,
        what: `ready for the ${count}. time`,
      });
    },
    async lost(why) {
      const fits = (item: Told) =>
        'moved' in item && item.moved.is === 'connecting' && why.test(item.moved.why ?? '');
      const item = await told.first(fits, { within, what: `connecting: ${why}` });
      return 'moved' in item && item.moved.is === 'connecting' ? (item.moved.why ?? '') : '';
    },
    async change(fits) {
      const hit = (item: Told) => ('changed' in item ? item.changed.changes.find(fits) : undefined);
      const item = await told.first((item) => hit(item) !== undefined, { within, what: fits.toString() });
      return hit(item) as RowChange;
    },
    end: () => aborted.abort(),
  };
}
