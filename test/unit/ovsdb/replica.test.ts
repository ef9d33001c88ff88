import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RowChange } from '../../../src/ovsdb/row.ts';
import { run } from '../../kernel/support/command.ts';
import { between, replaced } from './between.ts';
import { dumped, mirrored } from './dump.ts';
import { exampleColumns, exampleSchema } from './example.ts';
import { transaction } from './random-transactions.ts';
import { ovsdbServer, skip } from './server.ts';
import { follow } from './told.ts';

const numRuns = Math.max(10, Math.round(200 * Number(process.env.VNETD_CAMPAIGN ?? '0.1')));

/** Rows as one knows them who was told of the changes and saw nothing else. */
class Heard {
  readonly rows = new Map<string, RowChange['after']>();
  #told = 0;

  hear(changes: readonly RowChange[]): void {
    for (const { uuid, before, after } of changes.slice(this.#told)) {
      assert.equal(before, this.rows.get(uuid), 'before is what was told last');
      if (after === undefined) this.rows.delete(uuid);
      else this.rows.set(uuid, after);
    }
    this.#told = changes.length;
  }
}

for (const [how, method] of [
  ['as differences', 'monitor_cond'],
  ['whole, by a server without monitor_cond', 'unheard_of'],
] as const) {
  test(`what random transactions leave behind is mirrored as ovsdb-client sees it, told ${how}`, {
    skip,
    timeout: 300_000,
  }, async (t) => {
    const server = await ovsdbServer(t, { schema: exampleSchema });
    const path = await between(t, server.socket, () => ({
      toServer: replaced((message) => (message.method === 'monitor_cond' ? { ...message, method } : message)),
    }));
    const { client, changes, ready } = follow(t, { path, database: 'Example', follow: exampleColumns });
    await ready();
    const heard = new Heard();
    let done = 0;

    const property = fc.asyncProperty(
      fc.array(transaction, { minLength: 1, maxLength: 3 }),
      async (requests) => {
        for (const request of requests) {
          const { stdout } = await run([
            'ovsdb-client',
            'transact',
            `unix:${server.socket}`,
            JSON.stringify(request),
          ]);
          if (!stdout.includes('"error"')) done++;
        }
        // The server tells of earlier transactions before it answers.
        assert.equal((await client.transact([])).is, 'done');

        assert.ok(client.tables !== undefined);
        const found = mirrored(client.tables, exampleColumns);
        assert.deepEqual(found, await dumped(server.socket, 'Example', exampleColumns));
        heard.hear(changes());
        assert.deepEqual(heard.rows, client.tables.rows('Thing'));
      },
    );
    await fc.assert(property, { numRuns, endOnFailure: true });
    t.diagnostic(`${done} transactions were done`);
    assert.ok(done > numRuns / 2, `only ${done} transactions were done`);
  });
}
