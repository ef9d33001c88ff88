import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followedColumns, Switches } from '../../../src/inventory/switches.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { Step } from '../../../src/model/step.ts';
import type { Values } from '../../../src/model/value.ts';
import type { Row, RowChange, Tables } from '../../../src/ovsdb/row.ts';
import { type Uuid, uuid } from '../../../src/ovsdb/values.ts';
import { writeLetter } from '../../../src/owners/ovsdb.ts';

const at = (number: number) => uuid(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`);

/** A database with these rows. */
function switchesWith(rows: Readonly<Record<string, Readonly<Record<Uuid, Row>>>>): Switches {
  const tables: Tables = {
    rows: (table) => new Map(Object.entries(rows[table] ?? {}) as [Uuid, Row][]),
    row: (table, name) => rows[table]?.[name],
  };
  const changes = Object.entries(rows).flatMap(([table, inTable]) =>
    Object.entries(inTable).map(
      ([name, after]): RowChange => ({ table, uuid: name as Uuid, before: undefined, after }),
    ),
  );
  const switches = new Switches('me');
  switches.take(changes, tables);
  return switches;
}

const none = new Map();
const oneBridge = switchesWith({
  Open_vSwitch: { [at(1)]: { bridges: [at(2), at(9)], next_cfg: 4, cur_cfg: 4 } },
  Bridge: {
    [at(2)]: { name: 'br0', ports: [at(3), at(4)], controller: [at(8)], external_ids: none },
    [at(9)]: { name: 'br1', ports: [], controller: [], external_ids: none },
  },
  Port: {
    [at(3)]: { name: 'p0', interfaces: [at(5)], external_ids: none },
    [at(4)]: { name: 'bond0', interfaces: [at(6), at(7)], external_ids: none },
  },
  Interface: {
    [at(5)]: { name: 'p0', type: 'internal', external_ids: none },
    [at(6)]: { name: 'eth0', type: '', external_ids: none },
    [at(7)]: { name: 'eth1', type: '', external_ids: none },
  },
  Controller: { [at(8)]: { target: 'tcp:192.0.2.1:6653' } },
});

function letter(switches: Switches, ...steps: Step[]) {
  const jobs = steps.map((step) => ({ id: step.id, steps: [step] }));
  const { operations, unsent } = writeLetter(jobs, switches);
  // What ends every letter: that there is something new, its number, and whose it is.
  const said = operations.slice(0, -3);
  return { said, end: operations.slice(-3), unsent: [...unsent.values()] };
}

const set = (id: string, kind: string, fields: Values): Step => ({
  do: 'set',
  id: asObjectId(id),
  kind,
  fields,
});

test('a key of a map is taken out and put in, and no other is touched', () => {
  const { said, end } = letter(
    oneBridge,
    set('br0', 'ovs-bridge', { 'other_config.hwaddr': '02:00:00:00:00:01' }),
  );
  assert.deepEqual(said, [
    {
      op: 'mutate',
      table: 'Bridge',
      where: [['_uuid', '==', ['uuid', at(2)]]],
      mutations: [
        ['other_config', 'delete', ['set', ['hwaddr']]],
        ['other_config', 'insert', ['map', [['hwaddr', '02:00:00:00:00:01']]]],
      ],
    },
  ]);
  assert.deepEqual(end, [
    { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] },
    { op: 'select', table: 'Open_vSwitch', where: [], columns: ['next_cfg'] },
    { op: 'comment', comment: 'vnetd: br0' },
  ]);
});

test('a port goes into a bridge that the same transaction makes, each row with its mark', () => {
  const { said } = letter(
    oneBridge,
    {
      do: 'create',
      id: asObjectId('br2:q0'),
      kind: 'ovs-port',
      fields: { bridge: 'br2', type: 'internal', tag: 5 },
    },
    { do: 'create', id: asObjectId('br2'), kind: 'ovs-bridge', fields: { datapath_type: 'netdev' } },
  );
  const marked = (id: string) => [
    'map',
    [
      ['vnetd', id],
      ['vnetd-of', 'me'],
    ],
  ];
  assert.deepEqual(said, [
    {
      op: 'insert',
      table: 'Bridge',
      row: {
        name: 'br2',
        datapath_type: 'netdev',
        external_ids: marked('br2'),
        ports: [
          'set',
          [
            ['named-uuid', 'port_1'],
            ['named-uuid', 'port_4'],
          ],
        ],
      },
      'uuid-name': 'bridge_3',
    },
    {
      op: 'insert',
      table: 'Interface',
      row: { name: 'br2', type: 'internal', external_ids: marked('br2') },
      'uuid-name': 'interface_2',
    },
    {
      op: 'insert',
      table: 'Port',
      row: { name: 'br2', external_ids: marked('br2'), interfaces: ['set', [['named-uuid', 'interface_2']]] },
      'uuid-name': 'port_1',
    },
    {
      op: 'insert',
      table: 'Interface',
      row: { name: 'q0', type: 'internal', external_ids: marked('br2:q0') },
      'uuid-name': 'interface_5',
    },
    {
      op: 'insert',
      table: 'Port',
      row: {
        name: 'q0',
        tag: 5,
        external_ids: marked('br2:q0'),
        interfaces: ['set', [['named-uuid', 'interface_5']]],
      },
      'uuid-name': 'port_4',
    },
    {
      op: 'mutate',
      table: 'Open_vSwitch',
      where: [],
      mutations: [['bridges', 'insert', ['set', [['named-uuid', 'bridge_3']]]]],
    },
  ]);
});

test('rows that say what is wanted stay, and only what lacks is made', () => {
  const { said } = letter(
    oneBridge,
    set('br0', 'ovs-bridge', { controller: ['ssl:192.0.2.2:6653', 'tcp:192.0.2.1:6653'] }),
    set('br0:bond0', 'ovs-port', { 'bond.members': ['eth1', 'eth2'] }),
  );
  assert.deepEqual(said, [
    { op: 'insert', table: 'Controller', row: { target: 'ssl:192.0.2.2:6653' }, 'uuid-name': 'row_1' },
    {
      op: 'update',
      table: 'Bridge',
      where: [['_uuid', '==', ['uuid', at(2)]]],
      row: {
        controller: [
          'set',
          [
            ['named-uuid', 'row_1'],
            ['uuid', at(8)],
          ],
        ],
      },
    },
    {
      op: 'insert',
      table: 'Interface',
      row: {
        name: 'eth2',
        external_ids: [
          'map',
          [
            ['vnetd', 'br0:bond0'],
            ['vnetd-of', 'me'],
          ],
        ],
      },
      'uuid-name': 'interface_2',
    },
    {
      op: 'update',
      table: 'Port',
      where: [['_uuid', '==', ['uuid', at(4)]]],
      row: {
        interfaces: [
          'set',
          [
            ['uuid', at(7)],
            ['named-uuid', 'interface_2'],
          ],
        ],
      },
    },
  ]);
});

test('what of its members is free comes into a bond first, and then all are asked for', () => {
  const asked = (...members: string[]) => {
    const { said } = letter(oneBridge, set('br0:bond0', 'ovs-port', { 'bond.members': members }));
    return said.flatMap((one) => (one.op === 'insert' ? [one.row.name] : []));
  };
  assert.deepEqual(asked('eth0', 'eth2', 'p0'), ['eth2']);
  assert.deepEqual(asked('eth0', 'eth1', 'p0'), ['p0']);

  const fields = { bridge: 'br0', type: 'system', 'bond.members': ['eth0', 'eth2', 'p0'] };
  const made = letter(oneBridge, { do: 'create', id: asObjectId('br0:bond1'), kind: 'ovs-port', fields });
  const names = made.said.flatMap((one) => (one.op === 'insert' ? [one.row.name] : []));
  assert.deepEqual(names, ['eth2', 'bond1']);
});

test('a port is moved with its row, and taken away by its bridge', () => {
  const { said } = letter(oneBridge, set('br1:p0', 'ovs-port', { bridge: 'br1' }), {
    do: 'delete',
    id: asObjectId('br0:bond0'),
  });
  const ports = (bridge: number, how: 'insert' | 'delete', port: number) => ({
    op: 'mutate',
    table: 'Bridge',
    where: [['_uuid', '==', ['uuid', at(bridge)]]],
    mutations: [['ports', how, ['set', [['uuid', at(port)]]]]],
  });
  assert.deepEqual(said, [ports(2, 'delete', 3), ports(9, 'insert', 3), ports(2, 'delete', 4)]);
});

test('what cannot be asked for keeps nothing else from being asked', () => {
  const lost: Step = {
    do: 'create',
    id: asObjectId('gone:p9'),
    kind: 'ovs-port',
    fields: { bridge: 'gone', type: 'internal' },
  };
  const { said, unsent } = letter(oneBridge, lost, set('br0:p0', 'ovs-port', { tag: 7 }));
  assert.deepEqual(unsent, [{ is: 'not-sent', why: 'there is no bridge gone' }]);
  assert.deepEqual(said, [
    { op: 'update', table: 'Port', where: [['_uuid', '==', ['uuid', at(3)]]], row: { tag: 7 } },
  ]);
  assert.deepEqual(letter(oneBridge, lost).said, []);
});

test('every column that a kind has a row for is followed', () => {
  const { Bridge = [], Port = [], Interface = [], Controller = [] } = followedColumns();
  assert.ok(['fail_mode', 'protocols', 'other_config'].every((column) => Bridge.includes(column)));
  assert.ok(['tag', 'trunks', 'bond_mode'].every((column) => Port.includes(column)));
  assert.ok(['options', 'ofport', 'error'].every((column) => Interface.includes(column)));
  assert.deepEqual(Controller, ['target']);
});
