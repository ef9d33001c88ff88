import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drift, everything, historyIn, scratchFolder, until } from './scratch.ts';

const fullDisk = fileURLToPath(new URL('./full-disk.js', import.meta.url));
const needsRoot = process.getuid?.() === 0 ? false : 'mounting takes root';

/** Runs a part of full-disk.ts where /mnt is a tiny file system of its own. */
async function onTinyDisk(part: string): Promise<void> {
  const mount = 'mount -t tmpfs -o size=4M tiny /mnt && exec "$@"';
  const command = ['--mount', '--propagation', 'private', 'sh', '-c', mount, 'sh'];
  const child = spawn(
    'unshare',
    [...command, process.execPath, '--enable-source-maps', fullDisk, part, '/mnt'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
}

test(
  'on a full disk events wait in memory, it is said once, and all are written when there is room',
  { skip: needsRoot },
  () => onTinyDisk('room-again'),
);

test(
  'on a disk that stays full the newest events are kept, and the lost ones counted',
  { skip: needsRoot },
  () => onTinyDisk('stays-full'),
);

test('on a disk that is full from the start history begins as soon as it can', { skip: needsRoot }, () =>
  onTinyDisk('full-from-the-start'),
);

test('a disk that becomes read-only is tried again until it can be written', { skip: needsRoot }, () =>
  onTinyDisk('read-only'),
);

test('a folder that is missing at start keeps nothing from working, and is used once it is there', async (t) => {
  const folder = join(scratchFolder(t), 'missing');
  const recovered: string[] = [];
  const { history, said } = historyIn(t, join(folder, 'history.db'), {
    onRecovery: (sentence) => recovered.push(sentence),
  });
  history.record(drift('eth0', 1));
  history.flush();
  assert.deepEqual(history.query(everything), [drift('eth0', 1)]);
  assert.match(said.join('\n'), /^history cannot be kept in .*ENOENT.*; events wait in memory$/, 'once');
  assert.match(history.trouble() ?? '', /ENOENT/);
  mkdirSync(folder);
  await until(() => history.trouble() === null, 'tried again by itself');
  assert.deepEqual(recovered, ['history is written again; no events were lost']);
  history.close();
  assert.deepEqual(historyIn(t, join(folder, 'history.db')).history.query(everything), [drift('eth0', 1)]);
});

test('a file that is deleted while vnetd runs is begun anew, not written to without a name', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'history.db');
  const { history, said } = historyIn(t, path);
  history.record(drift('eth0', 1));
  history.flush();
  for (const part of ['', '-wal', '-shm']) rmSync(path + part);
  history.retain({ keepMs: 1e12, sizeBytes: 1e9 });
  await until(() => said.length > 0, 'it is noticed at the next look');
  history.record(drift('eth1', 2));
  history.close();
  assert.match(said.join(), /^history\.db was removed or replaced/);
  assert.deepEqual(historyIn(t, path).history.query(everything), [drift('eth1', 2)]);
});

test('a folder that is moved away and back takes what came meanwhile', async (t) => {
  const folder = join(scratchFolder(t), 'state');
  mkdirSync(folder);
  const path = join(folder, 'history.db');
  const { history } = historyIn(t, path);
  history.record(drift('eth0', 1));
  history.close();
  renameSync(folder, `${folder}.away`);
  const next = historyIn(t, path);
  next.history.record(drift('eth1', 2));
  next.history.flush();
  renameSync(`${folder}.away`, folder);
  chmodSync(folder, 0o700);
  next.history.flush();
  assert.deepEqual(
    next.history.query(everything).map(({ id }) => id),
    ['eth0', 'eth1'],
  );
});
