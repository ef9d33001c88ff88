import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { validateFiles } from '../../../src/config/validate.ts';
import { links } from '../../kernel/cookbook/links.ts';
import { macvlans } from '../../kernel/cookbook/macvlans.ts';
import { readRecipes } from '../../kernel/cookbook/recipes.ts';
import { switches } from '../../kernel/cookbook/switches.ts';
import { tunnels } from '../../kernel/cookbook/tunnels.ts';

const text = readFileSync(join(import.meta.dirname, '../../../../docs/cookbook.md'), 'utf8');

const recipes = readRecipes(text);

test('every recipe of the cookbook is tested on a kernel', () => {
  const proven = Object.keys({ ...links, ...macvlans, ...switches, ...tunnels });
  assert.deepEqual(recipes.map(({ title }) => title).sort(), proven.sort());
});

for (const { title, yaml } of recipes) {
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
