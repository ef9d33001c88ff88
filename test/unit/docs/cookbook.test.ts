import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { validateFiles } from '../../../src/config/validate.ts';
import { readRecipes } from '../../kernel/support/recipes.ts';

const text = readFileSync(join(import.meta.dirname, '../../../../docs/cookbook.md'), 'utf8');

for (const { title, yaml } of readRecipes(text)) {
  test(`the YAML of the recipe \`${title}\` is valid, and nothing in it is suspicious`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'cookbook-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const files = yaml.map((one, i) => {
      const file = join(folder, `${i}.yaml`);
      writeFileSync(file, one);
      return file;
    });
    assert.deepEqual(await validateFiles(files), { errors: [], warnings: [] });
  });
}
