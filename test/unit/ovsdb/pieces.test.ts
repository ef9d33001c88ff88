import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insert } from '../../../src/ovsdb/operations.ts';
import { mapOf, setOf } from '../../../src/ovsdb/values.ts';
import { between, byteByByte } from './between.ts';
import { dumped, mirrored } from './dump.ts';
import { exampleColumns, exampleSchema } from './example.ts';
import { ovsdbServer, skip } from './server.ts';
import { follow } from './told.ts';

test('a server whose words come byte by byte is understood', { skip, timeout: 60_000 }, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  let pieces = 0;
  const path = await between(t, server.socket, () => {
    const slow = byteByByte();
    return {
      toClient: (piece, onward) =>
        slow(piece, (byte) => {
          pieces++;
          onward(byte);
        }),
    };
  });
  const things = (prefix: string) =>
    Array.from({ length: 5 }, (_, i) =>
      insert('Thing', {
        name: `${prefix} \u{1f600} {"[\\ ${i}`,
        texts: setOf(['}', '"', ']]']),
        labels: mapOf({ 'ä{': '"' }),
        real: 0.1,
      }),
    );
  const options = { path, database: 'Example', follow: exampleColumns };
  const first = follow(t, options);
  await first.ready();
  assert.equal((await first.client.transact(things('before'))).is, 'done');

  const second = follow(t, options);
  await second.ready();
  assert.equal((await second.client.transact(things('after'))).is, 'done');

  assert.ok(second.client.tables !== undefined && pieces > 5000, `${pieces} pieces`);
  const found = mirrored(second.client.tables, exampleColumns);
  assert.deepEqual(found, await dumped(server.socket, 'Example', exampleColumns));
  assert.equal(Object.keys(found.Thing ?? {}).length, 10);
});
