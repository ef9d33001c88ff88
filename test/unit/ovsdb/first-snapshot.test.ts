import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyRow, insert, select } from '../../../src/ovsdb/operations.ts';
import { between, type Treatment, watched } from './between.ts';
import { exampleSchema } from './example.ts';
import { ovsdbServer, skip } from './server.ts';
import { follow } from './told.ts';

test('pitfall 10: before the first snapshot nothing is shown and nothing is sent', { skip }, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const held = holdSnapshot();
  const path = await between(t, server.socket, () => held.treatment);
  const { client, told, changes, ready } = follow(t, {
    path,
    database: 'Example',
    follow: { Thing: ['name'] },
  });

  const snapshot = await held.snapshot;
  assert.deepEqual(client.state, { is: 'connecting', why: undefined, isAmiss: false });
  assert.equal(client.tables, undefined);
  assert.deepEqual(told.seen, []);
  const tooEarly = await client.transact([insert('Thing', { name: 'early' })]);
  assert.deepEqual(tooEarly, { is: 'not-sent', why: 'there is no snapshot yet' });

  snapshot.release();
  await ready();
  assert.deepEqual(changes(), []);
  const found = await client.transact([select('Thing', everyRow, ['name'])]);
  assert.deepEqual(found, { is: 'done', results: [{ rows: [] }] });
});

test('the first snapshot tells of every row at once', { skip }, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const first = follow(t, { path: server.socket, database: 'Example', follow: { Thing: ['name'] } });
  await first.ready();
  await first.client.transact(['a', 'b', 'c'].map((name) => insert('Thing', { name })));

  const { told, ready } = follow(t, {
    path: server.socket,
    database: 'Example',
    follow: { Thing: ['name'] },
  });
  await ready();

  const [update, state] = told.seen;
  assert.ok(update !== undefined && 'changed' in update && update.changed.from === 'snapshot');
  const rows = update.changed.changes.map(({ table, before, after }) => [table, before, after]);
  rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  assert.deepEqual(rows, [
    ['Thing', undefined, { name: 'a' }],
    ['Thing', undefined, { name: 'b' }],
    ['Thing', undefined, { name: 'c' }],
  ]);
  assert.deepEqual(state, { moved: { is: 'ready' } });
});

/** Keeps what the server says after it was asked for a snapshot, until it is released. */
function holdSnapshot(): {
  treatment: Treatment;
  snapshot: Promise<{ release(): void }>;
} {
  let asked = false;
  let arrived: (snapshot: { release(): void }) => void = () => undefined;
  const snapshot = new Promise<{ release(): void }>((resolve) => {
    arrived = resolve;
  });
  const kept: Buffer[] = [];
  let released = false;
  return {
    snapshot,
    treatment: {
      toServer: watched(({ method }) => {
        if (method === 'monitor_cond') asked = true;
      }),
      toClient: (piece, onward) => {
        if (!asked || released) return onward(piece);
        kept.push(piece);
        arrived({
          release() {
            released = true;
            for (const piece of kept) onward(piece);
          },
        });
      },
    },
  };
}
