import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manPage, settingsInMdoc } from '../../../src/cli/man-page.ts';
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

test('man/vnetd.yaml.5 tells every setting of the daemon (UPDATE_GOLDEN=1 writes them)', () => {
  const path = join(checkout, 'man/vnetd.yaml.5');
  const page = readFileSync(path, 'utf8');
  const written = page.replace(
    /(\.\\" Written from the table of settings.*\n)[\s\S]*(\.\\" End of the settings\.)/,
    (_, begin: string, end: string) => `${begin}${settingsInMdoc()}\n${end}`,
  );
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, written);
  assert.equal(readFileSync(path, 'utf8'), written);
  assert.match(page, /contested\.after/);
});

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
