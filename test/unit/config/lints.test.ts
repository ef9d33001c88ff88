import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { combine } from '../../../src/config/combine.ts';
import { compileFile } from '../../../src/config/compile-file.ts';
import { lints } from '../../../src/config/lints.ts';
import { sourceOf } from '../../../src/config/source.ts';

const cases = join(import.meta.dirname, '../../../../test/golden/config');

test('every lint finds something in one of the golden cases', () => {
  const silent = new Set(lints.map(({ id }) => id).filter((id) => !id.startsWith('kind-')));
  for (const name of readdirSync(cases)) {
    const folder = join(cases, name);
    const files = readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .flatMap((file) => {
        const source = sourceOf(file, readFileSync(join(folder, file), 'utf8'));
        const { part } = compileFile(source);
        return part === null ? [] : [{ source, part }];
      });
    const { world } = combine(files);
    for (const { id, check } of lints) if ([...check(world)].length > 0) silent.delete(id);
  }
  assert.deepEqual([...silent], []);
});

test('lints are told apart by their names, and say why in a sentence', () => {
  assert.equal(new Set(lints.map(({ id }) => id)).size, lints.length);
  for (const { id, doc } of lints) assert.match(doc, /^[A-Z`].*\.$/, id);
});
