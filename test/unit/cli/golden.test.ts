import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { houseInMemory } from '../control/house-in-memory.ts';
import { opened } from '../control/opened.ts';
import { furnished } from './furnished.ts';
import { checkout, shell } from './shell.ts';

// A case is a folder: `command` is run by a shell against the daemon in `house.json`; what it must say is in `stdout` and
// `stderr` (nothing, where there is no such file), and how it must end in `exit`. UPDATE_GOLDEN=1 writes these down anew.
const cases = join(checkout, 'test/golden/cli');
const update = process.env.UPDATE_GOLDEN === '1';

for (const name of readdirSync(cases).sort()) {
  test(`vnetctl: ${name.replaceAll('-', ' ')}`, async (t) => {
    const folder = join(cases, name);
    const read = (file: string) =>
      existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
    const { afterwards, ...furniture } = furnished(read('house.json') || '{}', Date.now());
    const house = houseInMemory(furniture);
    if (afterwards !== undefined) {
      house.furniture.restores = () => house.change({ status: afterwards });
      house.furniture.reloads = () => house.change({ status: afterwards });
    }
    const { path } = await opened(t, house);

    const { code, stdout, stderr } = await shell(
      read('command'),
      { VNETD_SOCKET: path, HERE: folder },
      folder,
    );
    const found = { exit: `${code}\n`, stdout: masked(stdout, path), stderr: masked(stderr, path) };
    if (update) {
      for (const [file, text] of Object.entries(found)) write(join(folder, file), text);
      return;
    }
    assert.equal(found.stderr, read('stderr'));
    assert.equal(found.stdout, read('stdout'));
    assert.equal(found.exit, read('exit'));
  });
}

/** What differs from run to run: where the socket is, and moments that were given by their age. */
function masked(text: string, socket: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(socket, 'SOCKET')
    .replace(/since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/g, 'since DATE');
}

function write(path: string, text: string): void {
  if (text === '') rmSync(path, { force: true });
  else writeFileSync(path, text);
}
