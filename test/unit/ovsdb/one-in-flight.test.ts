import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insert } from '../../../src/ovsdb/operations.ts';
import { between, watched } from './between.ts';
import { exampleSchema } from './example.ts';
import { ovsdbServer, skip } from './server.ts';
import { follow } from './told.ts';

test('pitfall 10: one transaction is answered before the next is sent, in their order', {
  skip,
}, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const names = Array.from({ length: 20 }, (_, i) => `thing ${i}`);
  const sent: unknown[] = [];
  const unanswered = new Set<unknown>();
  let most = 0;
  const path = await between(t, server.socket, () => ({
    toServer: watched(({ method, params, id }) => {
      if (method !== 'transact') return;
      unanswered.add(id);
      most = Math.max(most, unanswered.size);
      const [, operation] = params as [string, { row: { name: string } }];
      sent.push(operation.row.name);
    }),
    toClient: watched(({ id }) => void unanswered.delete(id)),
  }));
  const { client, ready } = follow(t, { path, database: 'Example', follow: { Thing: ['name'] } });
  await ready();

  const lengths: number[] = [];
  const outcomes = names.map(async (name) => {
    const outcome = await client.transact([insert('Thing', { name })]);
    lengths.push(client.queued);
    return outcome.is;
  });
  assert.equal(client.queued, 20);

  assert.deepEqual(new Set(await Promise.all(outcomes)), new Set(['done']));
  assert.equal(most, 1);
  assert.deepEqual(sent, names);
  assert.deepEqual(
    lengths,
    names.map((_, i) => 19 - i),
  );
});
