import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Loaded } from '../../../src/config/folder.ts';
import { names, scratch } from './scratch.ts';

function declares(...ids: readonly string[]): (loaded: Loaded) => boolean {
  return (loaded) => names(loaded).join() === ids.join();
}

test('writing, renaming and deleting a file is enough', async (t) => {
  const { open, write, remove, directory } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const { change } = open({ watch: true });
  await change(declares('a'));
  write('b.yaml', 'links: { b: {} }');
  await change(declares('a', 'b'));
  writeFileSync(join(directory, 'a.yaml'), 'links: { c: {} }');
  await change(declares('c', 'b'));
  renameSync(join(directory, 'a.yaml'), join(directory, 'z.yaml'));
  await change(declares('b', 'c'));
  remove('b.yaml');
  const { declaration } = await change(declares('c'));
  assert.equal(declaration.whole, true);
});

test('a folder that is made after the start is seen, and its files', async (t) => {
  const { open, write, directory } = scratch(t);
  rmSync(directory, { recursive: true });
  const { change } = open({ watch: true });
  await change((loaded) => loaded.errors.length === 1);
  mkdirSync(directory, { mode: 0o755 });
  await change((loaded) => loaded.declaration.whole);
  write('a.yaml', 'links: { a: {} }');
  await change(declares('a'));
});

test('a folder that is moved away and made anew is seen, and its files', async (t) => {
  const { open, write, directory, root } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const { change } = open({ watch: true });
  await change(declares('a'));
  renameSync(directory, join(root, 'aside'));
  await change((loaded) => !loaded.declaration.whole && loaded.errors.length === 1);
  mkdirSync(directory, { mode: 0o755 });
  write('b.yaml', 'links: { b: {} }');
  await change(declares('b'));
  write('b.yaml', 'links: { c: {} }');
  await change(declares('c'));
});

test('a folder that becomes a symbolic link to another is seen, and what happens there', async (t) => {
  const { open, write, directory, root } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const { change } = open({ watch: true });
  await change(declares('a'));
  for (const name of ['one', 'two']) {
    mkdirSync(join(root, name), { mode: 0o755 });
    writeFileSync(join(root, name, 'a.yaml'), `links: { ${name}: {} }`, { mode: 0o644 });
  }
  renameSync(directory, join(root, 'aside'));
  symlinkSync('one', directory);
  await change(declares('one'));
  symlinkSync('two', join(root, 'next'));
  renameSync(join(root, 'next'), directory);
  await change(declares('two'));
  write('b.yaml', 'links: { b: {} }');
  await change(declares('two', 'b'));
  unlinkSync(directory);
  await change((loaded) => loaded.errors.length === 1);
});

test('what editors leave beside a file, and what is written again as it was, changes nothing', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const { change, changes } = open({ watch: true });
  await change(declares('a'));
  write('a.yaml', 'links: { a: {} }');
  write('a.yaml~', 'links: { x: {} }');
  write('.a.yaml.swp', 'links: { x: {} }');
  write('b.yaml', 'links: { b: {} }');
  await change(declares('a', 'b'));
  assert.deepEqual(changes.map(names), [['a'], ['a', 'b']]);
});
