import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { flagAt, membersAt, numberAt, pairsAt, referencesAt, textAt } from '../../../src/ovsdb/row.ts';
import { columnOf, lackingIn, mayHold, readSchema } from '../../../src/ovsdb/schema.ts';
import { output } from '../../kernel/support/command.ts';
import { ovsdbServer, skip, vswitchSchema } from './server.ts';
import { follow } from './told.ts';

test('what a server lacks is not asked for, and is named', { skip }, async (t) => {
  const schema = JSON.parse(readFileSync(vswitchSchema, 'utf8'));
  delete schema.tables.Interface.columns.mtu_request;
  delete schema.tables.Port.columns.protected;
  delete schema.tables.Flow_Sample_Collector_Set;
  const server = await ovsdbServer(t, { schema });
  const columns = {
    Interface: ['name', 'mtu_request'],
    Port: ['name', 'protected', 'tag'],
    Flow_Sample_Collector_Set: ['id'],
    Bridge: ['name'],
  };
  const { client, ready } = follow(t, { path: server.socket, follow: columns });
  await ready();
  await output([
    'ovs-vsctl',
    `--db=unix:${server.socket}`,
    '--no-wait',
    'init',
    '--',
    'add-br',
    'br0',
    '--',
    'set',
    'Port',
    'br0',
    'tag=7',
  ]);
  assert.equal((await client.transact([])).is, 'done');

  assert.ok(client.schema !== undefined && client.tables !== undefined);
  assert.deepEqual(lackingIn(client.schema, columns), [
    { table: 'Interface', column: 'mtu_request' },
    { table: 'Port', column: 'protected' },
    { table: 'Flow_Sample_Collector_Set', column: undefined },
  ]);
  assert.deepEqual([...client.tables.rows('Interface').values()], [{ name: 'br0' }]);
  assert.deepEqual([...client.tables.rows('Port').values()], [{ name: 'br0', tag: 7 }]);
  assert.equal(client.tables.rows('Flow_Sample_Collector_Set').size, 0);
});

test("a schema says what a column may hold: Open vSwitch's own", { skip }, () => {
  const schema = readSchema(JSON.parse(readFileSync(vswitchSchema, 'utf8')));
  const vlanMode = columnOf(schema, 'Port', 'vlan_mode')?.type;
  const tag = columnOf(schema, 'Port', 'tag')?.type;
  const interfaces = columnOf(schema, 'Port', 'interfaces')?.type;
  assert.ok(vlanMode && tag && interfaces);

  assert.equal(mayHold(vlanMode, 'dot1q-tunnel'), true);
  assert.equal(mayHold(vlanMode, 'trunks'), false);
  assert.deepEqual(
    [0, 4095, -1, 4096].map((vid) => mayHold(tag, vid)),
    [true, true, false, false],
  );
  assert.deepEqual([tag.min, tag.max, tag.value], [0, 1, undefined]);
  assert.deepEqual([interfaces.key.refTable, interfaces.key.refType], ['Interface', 'strong']);
  assert.deepEqual([interfaces.min, interfaces.max], [1, Number.POSITIVE_INFINITY]);
  assert.equal(columnOf(schema, 'Interface', 'ifindex')?.ephemeral, true);
  assert.equal(columnOf(schema, 'Interface', 'ofport')?.ephemeral, false);
  assert.equal(columnOf(schema, 'Bridge', 'name')?.mutable, false);
  assert.equal(columnOf(schema, 'Port', 'external_ids')?.type.value?.type, 'string');
  assert.equal(columnOf(schema, 'Port', 'nonesuch'), undefined);
  assert.equal(schema.tables.get('Open_vSwitch')?.isRoot, true);
  assert.equal(schema.tables.get('Open_vSwitch')?.maxRows, 1);
});

test('a row is read by what its columns hold, and one that is not there holds nothing', () => {
  const row = { name: 'p', tag: 7, up: true, trunks: [1, 2], ids: new Map([['a', 'b']]), none: null };
  assert.equal(textAt(row, 'name'), 'p');
  assert.equal(numberAt(row, 'tag'), 7);
  assert.equal(flagAt(row, 'up'), true);
  assert.deepEqual(membersAt(row, 'trunks'), [1, 2]);
  assert.equal(pairsAt(row, 'ids').get('a'), 'b');
  assert.deepEqual(referencesAt(row, 'name'), ['p']);
  for (const column of ['none', 'nonesuch']) {
    assert.deepEqual(
      [textAt(row, column), numberAt(row, column), flagAt(row, column)],
      [undefined, undefined, undefined],
    );
    assert.deepEqual([membersAt(row, column), referencesAt(row, column)], [[], []]);
    assert.equal(pairsAt(row, column).size, 0);
  }
});
