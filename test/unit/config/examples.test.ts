import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validateFiles } from '../../../src/config/validate.ts';

const checkout = join(import.meta.dirname, '../../../..');

for (const folder of ['etc/vnetd', 'etc/vnetd/examples']) {
  for (const file of readdirSync(join(checkout, folder)).filter((name) => name.endsWith('.yaml'))) {
    test(`${folder}/${file} is valid, and nothing in it is suspicious`, async () => {
      assert.deepEqual(await validateFiles([join(checkout, folder, file)]), { errors: [], warnings: [] });
    });
  }
}
