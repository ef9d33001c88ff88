import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { houseInMemory } from '../control/house-in-memory.ts';
import { opened } from '../control/opened.ts';
import { checkout, shell } from './shell.ts';

// Says at the end which modules were loaded, Node's own and others; those Node has loaded by itself are left out.
const witness = `
  const before = new Set(process.moduleLoadList);
  process.on('exit', () => {
    const own = process.moduleLoadList.filter((name) => !before.has(name));
    const files = Object.keys(require.cache).filter((name) => name !== __filename);
    for (const name of [...own, ...files]) process._rawDebug('loads ' + name);
  });`;

async function loadedBy(t: TestContext, commandLine: string, socket: string) {
  const folder = mkdtempSync(join(tmpdir(), 'vnetd-loading-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const preload = join(folder, 'witness.cjs');
  writeFileSync(preload, witness);
  const { stderr } = await shell(commandLine, {
    VNETD_SOCKET: socket,
    NODE_OPTIONS: `--require=${preload}`,
  });
  const loaded = stderr
    .split('\n')
    .flatMap((line) => (line.startsWith('loads ') ? [line.slice('loads '.length)] : []));
  const files = loaded.filter((name) => name.startsWith('/')).map((name) => relative(checkout, name));
  return { files: files.sort(), own: loaded.filter((name) => !name.startsWith('/')) };
}

test('status loads one file and none of what Node takes long for: start-up is most of what it takes', async (t) => {
  const { path } = await opened(t, houseInMemory());
  for (const words of ['status', '--socket $VNETD_SOCKET --json status']) {
    const { files, own } = await loadedBy(t, `vnetctl ${words}`, path);
    assert.deepEqual(files, ['dist/bin/vnetctl/main.js']);
    assert.deepEqual(
      own.filter((name) =>
        /^NativeModule (net|http|stream|tty|module|internal\/modules\/esm\/.*)$/.test(name),
      ),
      [],
    );
  }
});

test('the witness sees what Node loads of its own', async (t) => {
  const { path } = await opened(t, houseInMemory());
  const { own } = await loadedBy(t, 'vnetctl nonsense', path);
  assert.ok(own.includes('NativeModule net'), own.join(', '));
});

test('help loads commander and nothing that is only for doing', async (t) => {
  const { path } = await opened(t, houseInMemory());
  const { files } = await loadedBy(t, 'vnetctl --help', path);
  const others = files.filter((name) => !name.startsWith('node_modules/commander/'));
  assert.notEqual(others.length, files.length);
  assert.deepEqual(others, ['dist/bin/vnetctl/main.js', 'dist/bin/vnetctl/program.js']);
});
