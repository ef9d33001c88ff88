import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { documents } from '../../../src/config/documents.ts';

const checkout = join(import.meta.dirname, '../../../..');

for (const [path, text] of Object.entries(documents)) {
  test(`${path} says what the tables say`, () => {
    const advice = `${path} is older than the tables: node dist/src/config/write-documents.js`;
    assert.equal(readFileSync(join(checkout, path), 'utf8'), text(), advice);
  });
}
