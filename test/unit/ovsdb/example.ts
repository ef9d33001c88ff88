import type { Columns } from '../../../src/ovsdb/schema.ts';

const several = (key: unknown, value?: unknown) => ({
  type: { key, ...(value === undefined ? {} : { value }), min: 0, max: 'unlimited' },
});
const friend = { type: 'uuid', refTable: 'Thing', refType: 'weak' };

/** A database with a column of every form there is. */
export const exampleSchema = {
  name: 'Example',
  version: '1.0.0',
  tables: {
    Thing: {
      isRoot: true,
      indexes: [['name']],
      columns: {
        name: { type: 'string' },
        number: { type: 'integer' },
        real: { type: 'real' },
        flag: { type: 'boolean' },
        word: { type: { key: { type: 'string', enum: ['set', ['', 'one', 'two']] } } },
        perhaps: { type: { key: 'integer', min: 0, max: 1 } },
        perhaps_text: { type: { key: 'string', min: 0, max: 1 } },
        texts: several('string'),
        numbers: several('integer'),
        some: { type: { key: 'string', min: 1, max: 3 } },
        labels: several('string', 'string'),
        counts: several('integer', 'integer'),
        label: { type: { key: 'string', value: 'string', min: 0, max: 1 } },
        friend: { type: { key: friend, min: 0, max: 1 } },
        friends: several(friend),
        known: several('string', friend),
      },
    },
  },
};

export const exampleColumns: Columns = { Thing: Object.keys(exampleSchema.tables.Thing.columns) };
