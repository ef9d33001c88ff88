import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { notIn } from '../../../src/ovsdb/row.ts';
import type { Uuid } from '../../../src/ovsdb/values.ts';

/** Sets as they are in rows: in order, nothing twice. Few members, so that most are in both. */
const set = fc.subarray([...'abcdefghij'] as Uuid[]);

test('what one set of references has that another has not is found wherever in them it is', () => {
  fc.assert(
    fc.property(set, set, (these, others) => {
      assert.deepEqual(
        notIn(these, others),
        these.filter((one) => !others.includes(one)),
      );
    }),
    { numRuns: 2000 },
  );
});
