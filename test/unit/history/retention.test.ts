import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { drift, everything, historyIn, scratchFolder, until } from './scratch.ts';

const DAY = 86_400_000;
const now = 1_000 * DAY;

test('what is older than it is kept goes, the rest stays', async (t) => {
  const { history } = historyIn(t, join(scratchFolder(t), 'history.db'), { now: () => now });
  for (let age = 0; age < 2_000; age++) history.record(drift('eth0', now - age * DAY));
  history.flush();
  history.retain({ keepMs: 10 * DAY, sizeBytes: 64 * 1024 * 1024 });
  await until(() => history.query(everything).length <= 11, 'old events are gone');
  const days = history.query(everything).map(({ at }) => (now - at) / DAY);
  assert.deepEqual(days, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test('a file that grows too large loses its oldest events and gives the room back', async (t) => {
  const path = join(scratchFolder(t), 'history.db');
  const { history } = historyIn(t, path, { now: () => now });
  for (let i = 0; i < 30_000; i++) history.record(drift(`eth${i % 100}`, now - 30_000 + i));
  history.flush();
  const most = 1024 * 1024;
  history.retain({ keepMs: 10 * DAY, sizeBytes: most });
  const reader = new Database(path, { readonly: true });
  const sizeOf = (unit: string) => Number(reader.pragma(unit, { simple: true }));
  await until(() => sizeOf('page_count') * sizeOf('page_size') <= most, 'the room is given back');
  reader.close();
  const kept = history.query(everything).length;
  history.close();
  const { size } = statSync(path);
  assert.ok(size <= most, `${size} bytes are left of ${most}`);
  assert.ok(size >= most * 0.8, `only ${size} bytes are left of ${most}`);
  const left = historyIn(t, path, { now: () => now }).history.query(everything);
  assert.equal(left.at(-1)?.at, now - 1, 'the newest is there');
  assert.equal(left.length, kept);
});

test('what is too old when vnetd starts goes without anything being recorded', async (t) => {
  const path = join(scratchFolder(t), 'history.db');
  const first = historyIn(t, path, { now: () => now });
  first.history.record(drift('eth0', now - 100 * DAY));
  first.history.record(drift('eth1', now));
  first.history.close();
  const settings = { keepMs: 90 * DAY, sizeBytes: 64 * 1024 * 1024 };
  const { history } = historyIn(t, path, { now: () => now, settings });
  await until(() => history.query(everything).length === 1, 'the old one is gone');
});
