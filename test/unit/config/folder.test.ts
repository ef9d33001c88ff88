import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { whereText } from '../../../src/model/place.ts';
import { names, scratch } from './scratch.ts';

const isRoot = process.geteuid?.() === 0;

test('all files are one declaration, in name order', async (t) => {
  const { open, write } = scratch(t);
  write('20-b.yaml', 'links: { b: {} }');
  write('10-a.yaml', 'links: { a: {} }');
  const configuration = open();
  assert.equal(configuration.current().declaration.whole, false);
  const loaded = await configuration.read();
  assert.deepEqual(names(loaded), ['a', 'b']);
  assert.equal(loaded.declaration.whole, true);
  assert.equal(loaded.declaration.generation, 1);
  assert.deepEqual(configuration.changes, [loaded]);
  assert.deepEqual(loaded.warnings, []);
});

test('what editors leave is not read, and a .yml is warned of', async (t) => {
  const { open, write } = scratch(t);
  for (const name of [
    '.a.yaml',
    'a.yaml~',
    '.a.yaml.swp',
    'a.yaml.swp',
    'a.yaml.tmp',
    'README',
    'a.yaml.bak',
  ]) {
    write(name, 'links: { wrong: {} }');
  }
  write('b.yml', 'links: { wrong: {} }');
  const { declaration, warnings } = await open().read();
  assert.deepEqual(declaration.links, []);
  assert.deepEqual(
    warnings.map(({ file, message }) => [file, message]),
    [['b.yml', 'this file is not read; only names that end in .yaml are: b.yaml']],
  );
});

test('the generation rises with the contents, and not with a restart', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const configuration = open();
  assert.deepEqual([(await configuration.read()).declaration.generation], [1]);
  const again = await configuration.read();
  assert.deepEqual([again.declaration.generation, again.changed], [1, false]);
  write('a.yaml', 'links: { a: {} }');
  assert.equal((await configuration.read()).changed, false);
  write('a.yaml', 'links: { a: {}, b: {} }');
  const changed = await configuration.read();
  assert.deepEqual([changed.declaration.generation, changed.changed], [2, true]);
  assert.equal(configuration.changes.length, 2);

  const restarted = open();
  const first = await restarted.read();
  assert.deepEqual([first.declaration.generation, first.changed], [2, false]);
  assert.equal(restarted.changes.length, 1);

  write('a.yaml', 'links: { a: {} }');
  const changedMeanwhile = await open().read();
  assert.deepEqual([changedMeanwhile.declaration.generation, changedMeanwhile.changed], [3, true]);
});

test('the last good version of a file stays in force, across restarts too', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'links: { a: { mtu: 1400 } }');
  write('b.yaml', 'links: { b: {} }');
  const configuration = open();
  await configuration.read();
  write('a.yaml', 'links: { a: { mut: 1400 } }');
  write('b.yaml', 'links: { c: {} }');
  for (const opened of [configuration, open(), open()]) {
    const loaded = await opened.read();
    assert.deepEqual(names(loaded), ['a', 'c']);
    assert.deepEqual(loaded.declaration.links[0]?.fields, { mtu: 1400 });
    assert.equal(loaded.declaration.whole, true);
    assert.deepEqual(
      loaded.errors.map(({ file, line, column }) => [file, line, column]),
      [['a.yaml', 1, 15]],
    );
  }
  write('a.yaml', 'links: { a: { mtu: 1500 } }');
  const mended = await configuration.read();
  assert.deepEqual(mended.errors, []);
  assert.deepEqual(mended.declaration.links[0]?.fields, { mtu: 1500 });
});

test('a file that was never good keeps everything from being removed', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  write('b.yaml', 'links: [');
  const loaded = await open().read();
  assert.deepEqual(names(loaded), ['a']);
  assert.equal(loaded.declaration.whole, false);
});

test('what a deleted file declared is no longer declared, and is not remembered', async (t) => {
  const { open, write, remove } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  write('b.yaml', 'links: { b: {} }');
  const configuration = open();
  await configuration.read();
  remove('b.yaml');
  const loaded = await configuration.read();
  assert.deepEqual(names(loaded), ['a']);
  assert.equal(loaded.declaration.whole, true);
  write('b.yaml', 'links: [');
  assert.deepEqual(names(await open().read()), ['a']);
});

test('of a contradiction between files the one that changed gives way, across restarts too', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  write('b.yaml', 'links: { b: {} }');
  const configuration = open();
  await configuration.read();
  write('a.yaml', 'links: { a: { mtu: 1400 }, b: {} }');
  for (const opened of [configuration, open()]) {
    const loaded = await opened.read();
    assert.deepEqual(names(loaded), ['a', 'b']);
    assert.deepEqual(loaded.declaration.links[0]?.fields, {});
    assert.equal(loaded.errors[0]?.file, 'a.yaml');
    assert.equal(loaded.declaration.whole, true);
  }
  write('b.yaml', 'links: {}');
  const moved = await configuration.read();
  assert.deepEqual(moved.errors, []);
  assert.deepEqual(moved.declaration.links[0]?.fields, { mtu: 1400 });
});

test('records of another format are checked again from the text they keep', async (t) => {
  const { open, write, stateDirectory } = scratch(t);
  write('a.yaml', 'links: [');
  mkdirSync(join(stateDirectory, 'config'));
  const record = (file: string, text: string) => writeFileSync(join(stateDirectory, 'config', file), text);
  record('a.yaml.json', JSON.stringify({ format: 0, hash: 'x', text: 'links: { a: { mtu: 1400 } }' }));
  record('b.yaml.json', 'no JSON at all');
  record('c.yaml.json', JSON.stringify({ format: 0, hash: 'x', text: 'links: { c: { no-key: 1 } }' }));
  write('c.yaml', 'links: [');
  const loaded = await open().read();
  assert.deepEqual(names(loaded), ['a']);
  assert.equal(loaded.declaration.whole, false);
});

test('a state directory that cannot be written is said, and is no obstacle', async (t) => {
  const { open, write, stateDirectory } = scratch(t);
  rmSync(stateDirectory, { recursive: true });
  writeFileSync(stateDirectory, 'a file');
  write('a.yaml', 'links: { a: {} }');
  const configuration = open();
  assert.deepEqual(names(await configuration.read()), ['a']);
  assert.match(configuration.notes().join(), /the last good configuration cannot be kept in /);
});

test('what cannot be read as a file of configuration is said in a sentence', async (t) => {
  const { open, write, directory } = scratch(t);
  mkdirSync(join(directory, 'a-folder.yaml'));
  symlinkSync('/nowhere/at/all', join(directory, 'b-dangling.yaml'));
  writeFileSync(
    join(directory, 'c-latin.yaml'),
    Buffer.from('links:\n  a: { alias: "caf\xe9" }\n', 'latin1'),
  );
  write('d-large.yaml', `links: {}\n${'#'.repeat(9 * 1024 * 1024)}\n`);
  write('e-good.yaml', 'links: { a: {} }');
  write('f-wide-open.yaml', 'links: { b: {} }');
  chmodSync(join(directory, 'f-wide-open.yaml'), 0o666);
  const loaded = await open().read();
  assert.deepEqual(names(loaded), ['a']);
  assert.deepEqual(
    loaded.errors.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    [
      'a-folder.yaml:1: this is a folder, and is not read',
      'b-dangling.yaml:1: this is a symbolic link to nothing',
      'c-latin.yaml:2: this line is not UTF-8 text',
      'd-large.yaml:1: this file has 9437195 bytes; at most 8388608 are read',
      'f-wide-open.yaml:1: this file may be written by others than root (mode 0666), so it is not read',
    ],
  );
});

test('a file or folder that others may write keeps its last good contents', async (t) => {
  const { open, write, directory } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const configuration = open();
  await configuration.read();
  chmodSync(join(directory, 'a.yaml'), 0o664);
  assert.deepEqual(names(await configuration.read()), ['a']);
  chmodSync(join(directory, 'a.yaml'), 0o644);
  chmodSync(directory, 0o777);
  for (const opened of [configuration, open()]) {
    const loaded = await opened.read();
    assert.deepEqual(names(loaded), ['a']);
    assert.equal(loaded.declaration.whole, false, 'nothing is removed for what cannot be read');
    assert.match(loaded.errors[0]?.message ?? '', /may be written by others than root \(mode 0777\)/);
  }
  chmodSync(directory, 0o755);
  assert.deepEqual((await configuration.read()).errors, []);
});

test('a file of another owner is not read', {
  skip: !isRoot && 'giving a file away takes root',
}, async (t) => {
  const { open, write, directory } = scratch(t);
  const { chownSync } = await import('node:fs');
  write('a.yaml', 'links: { a: {} }');
  chownSync(join(directory, 'a.yaml'), 65534, 65534);
  const { errors } = await open().read();
  assert.match(errors[0]?.message ?? '', /it belongs to uid 65534/);
});

test('a file with a mistake that is renamed keeps its last good version', async (t) => {
  const { open, write, directory } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const configuration = open();
  await configuration.read();
  write('a.yaml', 'links: [');
  await configuration.read();
  renameSync(join(directory, 'a.yaml'), join(directory, 'b.yaml'));
  for (const opened of [configuration, open()]) {
    const renamed = await opened.read();
    assert.deepEqual([names(renamed), renamed.errors.map(({ file }) => file)], [['a'], ['b.yaml']]);
  }
  write('b.yaml', 'links: { b: {} }');
  assert.deepEqual(names(await configuration.read()), ['b']);
});

test('an absent folder is an error, and the last good of it stays in force', async (t) => {
  const { open, write, directory } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const configuration = open();
  await configuration.read();
  rmSync(directory, { recursive: true });
  for (const opened of [configuration, open()]) {
    const gone = await opened.read();
    assert.deepEqual([names(gone), gone.declaration.whole], [['a'], false]);
    assert.deepEqual(gone.errors.map(whereText), [directory]);
    assert.match(gone.errors[0]?.message ?? '', /this folder does not exist/);
  }

  mkdirSync(directory, { mode: 0o755 });
  write('a.yaml', 'links: [');
  assert.deepEqual(names(await configuration.read()), ['a'], 'the last good version is remembered meanwhile');
});

test('an empty folder declares nothing, and that is all right', async (t) => {
  const { open, write, remove } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const configuration = open();
  await configuration.read();
  remove('a.yaml');
  const empty = await configuration.read();
  assert.deepEqual([names(empty), empty.declaration.whole, empty.errors, empty.warnings], [[], true, [], []]);
});

test('large files are checked by a thread of their own, to the same result', async (t) => {
  const { open, write } = scratch(t);
  const links = Array.from(
    { length: 3000 },
    (_, i) => `  d${i}: { kind: dummy, mtu: 1400, alias: "number ${i}" }\n`,
  );
  write('a.yaml', `links:\n${links.join('')}`);
  write('b.yaml', `links:\n${links.join('').replace('{', '{ mut: 5,')}`);
  const loaded = await open().read();
  assert.equal(loaded.declaration.links.length, 3000);
  assert.deepEqual(loaded.declaration.links[2999], {
    id: 'd2999',
    namespace: null,
    name: 'd2999',
    kind: 'dummy',
    fields: { mtu: 1400, alias: 'number 2999', state: 'up' },
    lists: {},
    onDrift: 'restore',
    sources: [{ file: 'a.yaml', line: 3001, column: 3 }],
  });
  assert.deepEqual(
    loaded.errors.map(({ file, line, column }) => [file, line, column]),
    [['b.yaml', 2, 9]],
  );
});

test('the namespaces of a file’s last good version stay with it, across restarts too', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'namespaces: { ns1: { links: { eth0: {} } }, ns2: }');
  write('b.yaml', 'namespaces: { ns1: {} }');
  assert.deepEqual(names(await open().read()), ['ns1/', 'ns2/', 'ns1/eth0']);
  write('a.yaml', 'namespaces: { ns1: { lynx: {} } }');
  const restarted = open();
  const broken = await restarted.read();
  assert.deepEqual([names(broken), broken.errors.length], [['ns1/', 'ns2/', 'ns1/eth0'], 1]);
  write('a.yaml', 'namespaces: {}');
  assert.deepEqual(names(await restarted.read()), ['ns1/']);
});

test('readings that are asked for at once follow each other', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'links: { a: {} }');
  const configuration = open();
  const loads = await Promise.all([configuration.read(), configuration.read(), configuration.read()]);
  assert.deepEqual(
    loads.map(({ changed }) => changed),
    [true, false, false],
  );
  assert.equal(configuration.changes.length, 1);
});
