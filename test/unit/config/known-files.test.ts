import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type KnownFiles, readFolder } from '../../../src/config/read-folder.ts';

/** Files change unseen within a tick of the clock, so they are not known before they are so old. */
const OLD_MS = 150;

async function folder(t: TestContext, files: Readonly<Record<string, string>>) {
  const directory = mkdtempSync(join(tmpdir(), 'vnetd-known-'));
  t.after(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  await pause(OLD_MS);
  const known: KnownFiles = new Map();
  const read = async () =>
    Object.fromEntries(
      (await readFolder(directory, known)).files.map((file) => [
        file.file,
        'text' in file ? file.text : null,
      ]),
    );
  return { directory, read, path: (name: string) => join(directory, name), known };
}

test('a file that did not change is not read again', async (t) => {
  const { read, known } = await folder(t, { 'a.yaml': 'one', 'b.yaml': 'two' });
  assert.deepEqual(await read(), { 'a.yaml': 'one', 'b.yaml': 'two' });
  const before = new Map(known);
  assert.deepEqual(await read(), { 'a.yaml': 'one', 'b.yaml': 'two' });
  for (const name of ['a.yaml', 'b.yaml']) assert.equal(known.get(name)?.file, before.get(name)?.file);
});

test('a change is seen though length and time of the file stay what they were', async (t) => {
  const { read, path } = await folder(t, { 'a.yaml': 'one' });
  utimesSync(path('a.yaml'), 1, 1);
  await pause(OLD_MS);
  await read();
  writeFileSync(path('a.yaml'), 'two');
  utimesSync(path('a.yaml'), 1, 1);
  assert.deepEqual(await read(), { 'a.yaml': 'two' });
  writeFileSync(path('a.yaml'), 'six');
  assert.deepEqual(await read(), { 'a.yaml': 'six' });
});

test('who may write a file is looked at again, and what a link leads to', async (t) => {
  const { read, path } = await folder(t, { 'a.yaml': 'one', 'b.yaml': 'two', other: 'three' });
  await read();
  chmodSync(path('a.yaml'), 0o666);
  unlinkSync(path('b.yaml'));
  symlinkSync('other', path('b.yaml'));
  assert.deepEqual(await read(), { 'a.yaml': null, 'b.yaml': 'three' });
  writeFileSync(path('other'), 'four!');
  assert.deepEqual(await read(), { 'a.yaml': null, 'b.yaml': 'four!' });
  unlinkSync(path('a.yaml'));
  symlinkSync('a.yaml', path('a.yaml'));
  assert.deepEqual(await read(), { 'a.yaml': null, 'b.yaml': 'four!' });
});
