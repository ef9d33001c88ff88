import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manPage } from '../../../src/cli/man-page.ts';
import { commandReference } from '../../../src/cli/reference.ts';
import { endpoints } from '../../../src/daemon/control/endpoints.ts';
import { checkout } from './shell.ts';

const pages = [
  ['docs/vnetctl.md', commandReference],
  ['man/vnetctl.1', manPage],
] as const;

for (const [page, text] of pages) {
  test(`${page} is what the command table says (UPDATE_GOLDEN=1 writes it)`, () => {
    const path = join(checkout, page);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text());
    assert.equal(readFileSync(path, 'utf8'), text());
  });
}

test('docs/api.md tells every endpoint, with each of its parameters', () => {
  const rows = readFileSync(join(checkout, 'docs/api.md'), 'utf8').split('\n');
  for (const { method, path, parameters } of endpoints) {
    const row = rows.find(
      (text) =>
        text.startsWith(`| \`${method}\` | \`${path}`) &&
        /[`[]/.test(text.charAt(`| \`${method}\` | \`${path}`.length)),
    );
    assert.ok(row, `${method} ${path} is not there`);
    for (const parameter of parameters)
      assert.match(row, new RegExp(`[?&]${parameter}\\b`), `${path} ${parameter}`);
  }
});
