import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { asObjectId } from '../../../src/model/address.ts';
import type { Happening } from '../../../src/model/event.ts';
import { drift, everything, historyIn, scratchFolder, until } from './scratch.ts';

const bond = asObjectId('bond1');

const oneOfEach: readonly Happening[] = [
  { at: 1, id: null, event: 'config', generation: 3, message: 'read 20-bond.yaml' },
  { at: 2, id: bond, event: 'created', kind: 'bond' },
  { at: 3, id: asObjectId('ns1/eth0'), event: 'adopted', kind: 'veth' },
  {
    at: 4,
    id: bond,
    event: 'drift',
    kind: 'bond',
    changes: [
      { key: 'mtu', wanted: 9000, found: 1500 },
      { key: 'addresses', wanted: '10.0.0.1/24', found: null },
      { key: 'arp_ip_target', wanted: ['10.0.0.2', '10.0.0.3'], found: [] },
    ],
    by: { pid: 4242, command: 'ip link set bond1 mtu 1500', uid: 0 },
  },
  { at: 5, id: bond, event: 'drift', by: null },
  { at: 6, id: bond, event: 'restored', kind: 'bond', changes: [], micros: 412, disruptive: false },
  { at: 7, id: bond, event: 'restored', micros: null, disruptive: true },
  { at: 8, id: bond, event: 'refused', message: 'mtu greater than device maximum' },
  { at: 9, id: bond, event: 'contested', message: 'somebody keeps changing it back' },
  { at: 10, id: bond, event: 'removed' },
  { at: 11, id: bond, event: 'released' },
  { at: 12, id: null, event: 'resync' },
];

test('every event comes back as it was recorded, also from the file alone', (t) => {
  const path = join(scratchFolder(t), 'history.db');
  const first = historyIn(t, path);
  for (const happening of oneOfEach) first.history.record(happening);
  assert.deepEqual(first.history.query(everything), oneOfEach, 'not written yet');
  first.history.flush();
  assert.deepEqual(first.history.query(everything), oneOfEach, 'written');
  first.history.close();
  const second = historyIn(t, path);
  assert.deepEqual(second.history.query(everything), oneOfEach, 'opened again');
  assert.deepEqual([...first.said, ...second.said], []);
});

test('a query gives the newest of what it asks for, oldest first, written or not', (t) => {
  const { history } = historyIn(t, join(scratchFolder(t), 'history.db'));
  for (let at = 1; at <= 10; at++) {
    history.record(drift(at % 2 === 0 ? 'even' : 'odd', at));
    if (at === 7) history.flush();
  }
  const times = (query: Parameters<typeof history.query>[0]) => history.query(query).map(({ at }) => at);
  assert.deepEqual(times({ limit: 3 }), [8, 9, 10]);
  assert.deepEqual(times({ limit: 5 }), [6, 7, 8, 9, 10]);
  assert.deepEqual(times({ limit: 0, id: asObjectId('odd') }), [1, 3, 5, 7, 9]);
  assert.deepEqual(times({ limit: 2, id: asObjectId('even') }), [8, 10]);
  assert.deepEqual(times({ limit: 0, since: 6, until: 9 }), [6, 7, 8, 9]);
  assert.deepEqual(times({ limit: 0, since: 6, until: 9, id: asObjectId('odd') }), [7, 9]);
  assert.deepEqual(times({ limit: 1, until: 4 }), [4]);
  assert.deepEqual(times({ limit: 0, id: asObjectId('nobody') }), []);
});

test('what is recorded is in the file soon, without being asked for', async (t) => {
  const path = join(scratchFolder(t), 'history.db');
  const { history } = historyIn(t, path);
  for (let i = 0; i < 2_000; i++) history.record(drift('eth0', i));
  const reader = new Database(path, { readonly: true });
  t.after(() => reader.close());
  const count = reader.prepare<[], { n: number }>('SELECT count(*) AS n FROM happening');
  await until(() => count.get()?.n === 2_000, 'all events are in the file');
});

test('the generation goes on counting across restarts, whatever is deleted of history', (t) => {
  const path = join(scratchFolder(t), 'history.db');
  const first = historyIn(t, path);
  assert.equal(first.history.generation(), 0);
  first.history.record({ at: 1, id: null, event: 'config', generation: 7 });
  assert.equal(first.history.generation(), 7);
  first.history.close();
  const db = new Database(path);
  db.exec('DELETE FROM happening');
  db.close();
  assert.equal(historyIn(t, path).history.generation(), 7);
});

test('an event that fits no row is left out alone, and that is said', (t) => {
  const { history, said } = historyIn(t, join(scratchFolder(t), 'history.db'));
  const impossible = {
    ...drift('bad', 2),
    changes: [{ key: 'mtu', wanted: 1n as unknown as number, found: 0 }],
  };
  for (const happening of [drift('eth0', 1), impossible, drift('eth1', 3)]) history.record(happening);
  history.flush();
  assert.deepEqual(
    history.query(everything).map(({ id }) => id),
    ['eth0', 'eth1'],
  );
  assert.deepEqual(said, ['history: 1 events fit no row and were left out']);
});

test('others than root and its group cannot read the file, nor its log', (t) => {
  const path = join(scratchFolder(t), 'history.db');
  const { history } = historyIn(t, path);
  history.record(drift('eth0'));
  history.flush();
  for (const part of ['', '-wal', '-shm']) assert.equal(statSync(path + part).mode & 0o007, 0, part);
});

test('a second writer to the file keeps nothing from being written in the end', async (t) => {
  const path = join(scratchFolder(t), 'history.db');
  const { history, said } = historyIn(t, path);
  const other = new Database(path);
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  history.record(drift('eth0', 1));
  history.flush();
  assert.equal(history.query(everything).length, 1, 'kept while the file is locked');
  other.exec('COMMIT');
  const count = other.prepare<[], { n: number }>('SELECT count(*) AS n FROM happening');
  await until(() => count.get()?.n === 1, 'written once the lock is gone');
  assert.deepEqual(said, []);
});
