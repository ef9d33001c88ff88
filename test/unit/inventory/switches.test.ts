import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Switches } from '../../../src/inventory/switches.ts';
import type { Row, RowChange, Tables } from '../../../src/ovsdb/row.ts';
import { type Uuid, uuid } from '../../../src/ovsdb/values.ts';

const at = (number: number) => uuid(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`);

/** A database that is changed row by row. */
class Database implements Tables {
  readonly switches = new Switches('me');
  readonly #tables = new Map<string, Map<Uuid, Row>>();

  rows(table: string): ReadonlyMap<Uuid, Row> {
    return this.#tables.get(table) ?? new Map();
  }

  row(table: string, name: Uuid): Row | undefined {
    return this.rows(table).get(name);
  }

  /** What the changes of one transaction are said to be about. */
  change(...rows: readonly (readonly [table: string, name: Uuid, after: Row | undefined])[]) {
    const changes = rows.map(([table, name, after]): RowChange => {
      const inTable = this.#tables.get(table) ?? new Map<Uuid, Row>();
      this.#tables.set(table, inTable);
      const before = inTable.get(name);
      if (after === undefined) inTable.delete(name);
      else inTable.set(name, after);
      return { table, uuid: name, before, after };
    });
    const { bridges, holders, ports, wholes, all } = this.switches.take(changes, this);
    return {
      bridges: [...bridges],
      holders: [...holders],
      ports: [...ports],
      wholes: [...wholes],
      all,
    };
  }
}

const port = (number: number) => ({ name: `p${number}`, interfaces: [at(20 + number)] });
const face = (number: number) => ({ name: `p${number}`, type: 'internal' });
const bridge = (...ports: readonly number[]) => ({
  name: 'br0',
  datapath_type: '',
  ports: ports.map((number) => at(10 + number)),
});

function withThreePorts(): Database {
  const database = new Database();
  database.change(
    ['Open_vSwitch', at(1), { bridges: [at(2)] }],
    ['Bridge', at(2), bridge(1, 2, 3)],
    ...[1, 2, 3].flatMap((number) => [
      ['Port', at(10 + number), port(number)] as const,
      ['Interface', at(20 + number), face(number)] as const,
    ]),
  );
  return database;
}

test('a port that goes or comes is no reason to look at the others of its bridge', () => {
  const database = withThreePorts();

  const gone = database.change(
    ['Bridge', at(2), bridge(1, 3)],
    ['Port', at(12), undefined],
    ['Interface', at(22), undefined],
  );
  assert.deepEqual(gone, { bridges: [], holders: ['br0'], ports: ['p2'], wholes: [], all: false });
  assert.equal(database.switches.port('p2'), undefined);
  assert.equal(database.switches.port('p3')?.bridge, 'br0');

  const back = database.change(
    ['Port', at(12), port(2)],
    ['Interface', at(22), face(2)],
    ['Bridge', at(2), bridge(1, 2, 3)],
  );
  assert.deepEqual(back, { bridges: [], holders: ['br0'], ports: ['p2'], wholes: [], all: false });
  assert.equal(database.switches.port('p2')?.bridge, 'br0');
});

test('a bridge that goes, comes or gets another datapath has to do with each of its ports', () => {
  const database = withThreePorts();

  const other = database.change(['Bridge', at(2), { ...bridge(1, 2, 3), datapath_type: 'netdev' }]);
  assert.deepEqual(other.wholes, ['br0']);
  const out = database.change(['Open_vSwitch', at(1), { bridges: [] }]);
  assert.deepEqual(out.wholes, ['br0']);
  assert.equal(database.switches.bridge('br0'), undefined);
  const back = database.change(['Open_vSwitch', at(1), { bridges: [at(2)] }]);
  assert.deepEqual(back.wholes, ['br0']);
  assert.deepEqual(database.change(['Bridge', at(3), { name: 'br1', ports: [] }]).wholes, ['br1']);
});
