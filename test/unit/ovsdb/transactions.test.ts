import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  add,
  comment,
  deleteRows,
  everyRow,
  insert,
  mutate,
  type Operation,
  putIn,
  rowIs,
  select,
  setKeys,
  takeOut,
  update,
} from '../../../src/ovsdb/operations.ts';
import type { TransactionOutcome } from '../../../src/ovsdb/outcome.ts';
import { pairsAt, referencesAt } from '../../../src/ovsdb/row.ts';
import { mapOf, namedRef, setOf, type Uuid } from '../../../src/ovsdb/values.ts';
import { output } from '../../kernel/support/command.ts';
import { wait, where } from './conditions.ts';
import { ovsdbServer, skip } from './server.ts';
import { type Followed, follow } from './told.ts';

const columns = {
  Open_vSwitch: ['bridges', 'next_cfg', 'cur_cfg', 'external_ids'],
  Bridge: ['name', 'ports', 'external_ids'],
  Port: ['name', 'interfaces', 'tag', 'trunks'],
  Interface: ['name', 'type', 'options'],
};

test('the next configuration number is added to and read back in one transaction', { skip }, async (t) => {
  const { client, root } = await openVswitch(t);

  const outcome = await client.transact([
    mutate('Open_vSwitch', rowIs(root), add('next_cfg', 1)),
    select('Open_vSwitch', rowIs(root), ['next_cfg', 'bridges']),
  ]);

  assert.deepEqual(outcome, {
    is: 'done',
    results: [{ count: 1 }, { rows: [{ next_cfg: 1, bridges: [] }] }],
  });
  assert.equal(client.tables?.row('Open_vSwitch', root)?.next_cfg, 1, 'and the tables have it by then');
});

test('a bridge with a port is made, changed and taken away as ovs-vsctl sees it', { skip }, async (t) => {
  const { client, root, vsctl } = await openVswitch(t);

  await client.transact([
    insert('Interface', { name: 'p0', type: 'internal' }, 'interface'),
    insert('Port', { name: 'p0', interfaces: namedRef('interface'), tag: 7 }, 'port'),
    insert('Bridge', { name: 'br0', ports: setOf([namedRef('port')]) }, 'bridge'),
    mutate('Open_vSwitch', rowIs(root), putIn('bridges', namedRef('bridge'))),
    comment('made a bridge'),
  ]);
  assert.equal(await vsctl('list-ports', 'br0'), 'p0');
  assert.equal(await vsctl('get', 'Port', 'p0', 'tag'), '7');

  await client.transact([
    update('Port', where('name', 'p0'), { tag: setOf([]), trunks: setOf([2, 1]) }),
    update('Bridge', where('name', 'br0'), { external_ids: mapOf({ a: '1', b: '2' }) }),
  ]);
  await client.transact([
    mutate('Bridge', where('name', 'br0'), ...setKeys('external_ids', { b: '3', c: '4' })),
    mutate('Bridge', where('name', 'br0'), takeOut('external_ids', 'a', 'never there')),
  ]);
  assert.equal(await vsctl('get', 'Port', 'p0', 'tag', 'trunks'), '[]\n[1, 2]');
  assert.equal(await vsctl('get', 'Bridge', 'br0', 'external_ids'), '{b="3", c="4"}');
  const [bridge] = client.tables?.rows('Bridge').values() ?? [];
  assert.ok(bridge !== undefined);
  assert.deepEqual(Object.fromEntries(pairsAt(bridge, 'external_ids')), { b: '3', c: '4' });

  await client.transact([deleteRows('Bridge', everyRow)]).then((outcome) => {
    assert.equal(outcome.is, 'refused', 'the root still refers to it');
  });
  const [uuid] = referencesAt(client.tables?.row('Open_vSwitch', root) ?? {}, 'bridges');
  assert.ok(uuid !== undefined);
  await client.transact([mutate('Open_vSwitch', rowIs(root), takeOut('bridges', ['uuid', uuid]))]);
  assert.equal(await vsctl('list-br'), '');
  assert.equal(client.tables?.rows('Interface').size, 0, 'what only it referred to is gone with it');
});

const refusals: readonly {
  name: string;
  operations: (root: Uuid) => readonly Operation[];
  outcome: Partial<TransactionOutcome & { is: 'refused' }>;
  words: RegExp;
}[] = [
  {
    name: 'a column that there is not',
    operations: (root) => [select('Port', everyRow), update('Open_vSwitch', rowIs(root), { colour: 'red' })],
    outcome: { error: 'unknown column', operation: 1 },
    words: /colour/,
  },
  {
    name: 'a value outside its limits',
    operations: () => [insert('Port', { name: 'p', tag: 4096 })],
    outcome: { error: 'constraint violation', operation: 0 },
    words: /4096 is not in the valid range 0 to 4095/,
  },
  {
    name: 'a name that is there twice, which shows in an extra result',
    operations: (root) => [
      ...['one', 'two'].map((id) => insert('Bridge', { name: 'br0' }, id)),
      mutate('Open_vSwitch', rowIs(root), putIn('bridges', namedRef('one'), namedRef('two'))),
    ],
    outcome: { error: 'constraint violation', operation: undefined },
    words: /multiple rows in "Bridge" table to have identical values \(br0\) for index on column "name"/,
  },
  {
    name: 'what is waited for and is not so',
    operations: (root) => [wait('Open_vSwitch', rowIs(root), [{ next_cfg: 99 }], 0)],
    outcome: { error: 'timed out', operation: 0 },
    words: /^timed out/,
  },
];

test("a transaction is refused in the server's words", { skip, timeout: 60_000 }, async (t) => {
  const { client, root } = await openVswitch(t);
  for (const { name, operations, outcome, words } of refusals) {
    await t.test(name, async () => {
      const found = await client.transact(operations(root));
      assert.ok(found.is === 'refused', JSON.stringify(found));
      assert.match(found.words, words);
      assert.deepEqual({ ...found, ...outcome }, found);
      assert.deepEqual(client.state, { is: 'ready' });
    });
  }
});

test('a transaction given up: what waits is not sent, what the server has is cancelled', {
  skip,
}, async (t) => {
  const { client, root } = await openVswitch(t);
  const [first, second] = [new AbortController(), new AbortController()];
  const never = wait('Open_vSwitch', rowIs(root), [{ next_cfg: 99 }], 600_000);

  const sent = client.transact([never], first.signal);
  const waiting = client.transact([never], second.signal);
  const behind = client.transact([]);
  second.abort();
  first.abort();

  assert.deepEqual(await waiting, { is: 'not-sent', why: 'it was given up' });
  assert.deepEqual(await sent, {
    is: 'refused',
    words: 'canceled',
    error: 'canceled',
    operation: undefined,
  });
  assert.equal((await behind).is, 'done');
  const late = await client.transact([], first.signal);
  assert.deepEqual(late, { is: 'not-sent', why: 'it was given up' });
});

test('text that no row can hold is not sent, text that only looks like it is', { skip }, async (t) => {
  const { client, root } = await openVswitch(t);
  const write = (text: string) =>
    client.transact([update('Open_vSwitch', rowIs(root), { external_ids: mapOf({ text }) })]);

  for (const text of ['a\0b', 'a\ud800', '\udc00', '\\\0']) {
    const outcome = await write(text);
    assert.equal(outcome.is, 'not-sent', JSON.stringify(text));
  }
  for (const text of ['\\u0000', '\u0001', '\\\\ud800', '\u{1f600}', '"']) {
    assert.equal((await write(text)).is, 'done', JSON.stringify(text));
    assert.equal(pairsAt(client.tables?.row('Open_vSwitch', root) ?? {}, 'external_ids').get('text'), text);
  }
});

/** The database of a switch that nobody runs, with its one root row. */
async function openVswitch(
  t: TestContext,
): Promise<Followed & { root: Uuid; vsctl(...command: string[]): Promise<string> }> {
  const server = await ovsdbServer(t);
  const vsctl = async (...command: string[]) =>
    (await output(['ovs-vsctl', `--db=unix:${server.socket}`, '--no-wait', ...command])).trim();
  await vsctl('init');
  const followed = follow(t, { path: server.socket, follow: columns });
  await followed.ready();
  const [root] = followed.client.tables?.rows('Open_vSwitch').keys() ?? [];
  assert.ok(root !== undefined);
  return { ...followed, root, vsctl };
}
