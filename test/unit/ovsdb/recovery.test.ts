import assert from 'node:assert/strict';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { insert, rowIs, update } from '../../../src/ovsdb/operations.ts';
import { uuid } from '../../../src/ovsdb/values.ts';
import { Arrivals } from '../../kernel/support/arrivals.ts';
import { output } from '../../kernel/support/command.ts';
import { between, watched } from './between.ts';
import { wait } from './conditions.ts';
import { exampleSchema } from './example.ts';
import { type OvsdbServer, ovsdbServer, schemaFile, scratchFolder, skip } from './server.ts';
import { follow } from './told.ts';

const example = { database: 'Example', follow: { Thing: ['name', 'number'] } };
const patient = { firstRetryMs: 600_000, slowestRetryMs: 600_000, idleMs: 600_000 };
/** Not so, and the server waits for it longer than any test. */
const never = wait('Thing', [], [{ name: 'never' }], 600_000);

test('the server dies with a transaction: it is lost, what waited is not sent, and what is other is told as one', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const { client, told, ready, lost } = follow(t, { ...example, path: server.socket });
  await ready();
  await client.transact(['stays', 'goes', 'changes'].map((name) => insert('Thing', { name })));
  const uuids = new Map(Array.from(client.tables?.rows('Thing') ?? [], ([uuid, row]) => [row.name, uuid]));
  const stays = client.tables?.row('Thing', uuids.get('stays') ?? uuid(''));

  const sent = client.transact([never]);
  const waiting = client.transact([insert('Thing', { name: 'behind it' })]);
  await server.kill();
  // Reset, where the server had not read all of it.
  const why = await lost(/^the server closed the connection$|ECONNRESET/);
  assert.deepEqual(await sent, { is: 'lost', words: why });
  assert.deepEqual(await waiting, { is: 'not-sent', why });
  assert.equal(client.queued, 0);
  assert.equal((await client.transact([])).is, 'not-sent');
  assert.equal(client.tables?.rows('Thing').size, 3, 'the tables stay as they were');

  const before = told.seen.length;
  await changeBehindIt(server, [
    { op: 'delete', table: 'Thing', where: [['name', '==', 'goes']] },
    { op: 'update', table: 'Thing', where: [['name', '==', 'changes']], row: { number: 7 } },
    { op: 'insert', table: 'Thing', row: { name: 'comes' } },
  ]);
  await server.start();
  await ready(2);

  const updates = told.seen.slice(before).flatMap((item) => ('changed' in item ? [item.changed] : []));
  assert.equal(updates.length, 1);
  assert.equal(updates[0]?.from, 'snapshot');
  const changes = updates[0]?.changes.map(({ before, after }) => [before, after]) ?? [];
  assert.deepEqual(
    new Set(changes.map((change) => JSON.stringify(change))),
    new Set([
      '[{"name":"goes","number":0},null]',
      '[{"name":"changes","number":0},{"name":"changes","number":7}]',
      '[null,{"name":"comes","number":0}]',
    ]),
  );
  assert.equal(client.tables?.row('Thing', uuids.get('stays') ?? uuid('')), stays, 'the same object');
  assert.equal(
    (await client.transact([update('Thing', rowIs(uuids.get('stays') ?? uuid('')), { number: 1 })])).is,
    'done',
  );
});

test('a server is found when its socket appears, though the folder for it is not there yet', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema, started: false });
  const folder = join(scratchFolder(t), 'run', 'openvswitch');
  const path = join(folder, 'db.sock');
  const { ready, lost, client } = follow(t, { ...example, path, timing: patient });
  assert.match(await lost(/./), /ENOENT/);

  await server.start();
  mkdirSync(folder, { recursive: true });
  renameSync(server.socket, path);
  await ready();
  assert.deepEqual(client.tables?.rows('Thing').size, 0);
});

test('a server that does not answer is left after a while, and found again when it does', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const timing = { idleMs: 50, answerMs: 1000, firstRetryMs: 5, slowestRetryMs: 50 };
  const { client, ready, lost } = follow(t, { ...example, path: server.socket, timing });
  await ready();

  server.signal('SIGSTOP');
  t.after(() => server.signal('SIGCONT'));
  const outcome = client.transact([]);
  assert.equal(await lost(/./), 'the server does not answer');
  assert.deepEqual(await outcome, { is: 'lost', words: 'the server does not answer' });

  server.signal('SIGCONT');
  await ready(2);
});

test('a quiet server is asked for a sign of life again and again, and not left', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const signs = new Arrivals<unknown>();
  const asked = new Set<unknown>();
  const path = await between(t, server.socket, () => ({
    toServer: watched(({ method, id }) => void (method === 'echo' && asked.add(id))),
    toClient: watched(({ id }) => void (asked.has(id) && signs.push(id))),
  }));
  const { told, ready } = follow(t, { ...example, path, timing: { ...patient, idleMs: 10 } });
  await ready();
  await signs.first(() => signs.seen.length >= 5, { within: 20_000, what: 'five signs of life' });
  assert.equal(told.seen.filter((item) => 'moved' in item).length, 1, 'it became ready, and nothing else');
});

test('a database that is taken away and put back is read again', { skip, timeout: 60_000 }, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const { client, ready, lost } = follow(t, { ...example, path: server.socket });
  await ready();
  await client.transact([insert('Thing', { name: 'x' })]);

  await server.tell('ovsdb-server/remove-db', 'Example');
  assert.equal(await lost(/replaced/), 'the database was taken away or replaced');
  assert.match(await lost(/unknown database/), /unknown database Example/);
  assert.equal(client.tables?.rows('Thing').size, 1);

  await output(['ovsdb-tool', 'create', join(server.folder, 'other.db'), join(server.folder, 'schema')]);
  await server.tell('ovsdb-server/add-db', join(server.folder, 'other.db'));
  await ready(2);
  assert.equal(client.tables?.rows('Thing').size, 0, 'it is another one');
});

test('that another database comes and goes is no matter', { skip, timeout: 60_000 }, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const { client, told, ready } = follow(t, { ...example, path: server.socket });
  await ready();
  // Behind what makes the server aware of us.
  assert.equal((await client.transact([])).is, 'done');
  const other = join(server.folder, 'other.db');
  await output(['ovsdb-tool', 'create', other, '/usr/share/openvswitch/vswitch.ovsschema']);
  await server.tell('ovsdb-server/add-db', other);
  await server.tell('ovsdb-server/remove-db', 'Open_vSwitch');
  assert.equal((await client.transact([])).is, 'done');
  assert.equal(told.seen.filter((item) => 'moved' in item).length, 1, 'it became ready, and nothing else');
});

test('a schema that is replaced is read again, with the column it has now', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const server = await ovsdbServer(t, { schema: withoutNumber() });
  const { client, ready, changes, lost } = follow(t, { ...example, path: server.socket });
  await ready();
  await client.transact([insert('Thing', { name: 'x' })]);
  assert.deepEqual(changes().at(-1)?.after, { name: 'x' });

  const schema = schemaFile(scratchFolder(t), exampleSchema);
  await output(['ovsdb-client', 'convert', `unix:${server.socket}`, schema]);
  await lost(/replaced/);
  await ready(2);
  assert.deepEqual(changes().at(-1)?.before, { name: 'x' });
  assert.deepEqual(changes().at(-1)?.after, { name: 'x', number: 0 });
});

test('a client that is ended says no more, and answers what was asked of it', {
  skip,
  timeout: 60_000,
}, async (t) => {
  const server = await ovsdbServer(t, { schema: exampleSchema });
  const { client, told, ready, end } = follow(t, { ...example, path: server.socket });
  await ready();
  const sent = client.transact([never]);
  const waiting = client.transact([]);
  const before = told.seen.length;
  end();
  assert.equal((await sent).is, 'lost');
  assert.equal((await waiting).is, 'not-sent');
  assert.equal((await client.transact([])).is, 'not-sent');
  assert.equal(told.seen.length, before);
});

test('a client of an aborted signal does nothing', async (t) => {
  const { client } = follow(t, { ...example, path: '/nonexistent', signal: AbortSignal.abort() });
  assert.deepEqual(client.state, { is: 'connecting', why: undefined, isAmiss: false });
  assert.equal((await client.transact([])).is, 'not-sent');
});

/** Changes the database of a server that is down. */
async function changeBehindIt(server: OvsdbServer, operations: readonly unknown[]): Promise<void> {
  const database = join(server.folder, 'conf.db');
  await output(['ovsdb-tool', 'transact', database, JSON.stringify(['Example', ...operations])]);
}

function withoutNumber() {
  const { Thing } = exampleSchema.tables;
  const { number: _, ...columns } = Thing.columns;
  return { ...exampleSchema, tables: { Thing: { ...Thing, columns } } };
}
