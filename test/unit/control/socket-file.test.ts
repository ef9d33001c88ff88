import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { groupId } from '../../../src/daemon/control/socket-file.ts';
import { follow, send } from './client.ts';
import { houseInMemory, object, statusOf } from './house-in-memory.ts';
import { folder, opened } from './opened.ts';

const permissions = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('where there is no such group the socket is root’s alone', async (t) => {
  const { path, control } = await opened(t);
  assert.equal(permissions(path), '600');
  assert.equal(control.group, null);
});

const rootOnly = process.getuid?.() === 0 ? false : 'only root gives a file to another group';

test('a group that is there may use it', { skip: rootOnly }, async (t) => {
  const { path, control } = await opened(t, houseInMemory(), { group: 'daemon' });
  assert.equal(permissions(path), '660');
  assert.equal(statSync(path).gid, groupId('daemon'));
  assert.equal(statSync(path).uid, 0);
  assert.equal(control.group, 'daemon');
});

test('a group is found by its whole name', (t) => {
  const file = join(folder(t), 'group');
  writeFileSync(file, 'root:x:0:\nvnetd2:x:7:\nvnetd:x:998:alice,bob\nbroken\n');
  assert.equal(groupId('vnetd', file), 998);
  assert.equal(groupId('vnet', file), null);
  assert.equal(groupId('broken', file), null);
});

test('a socket that was left by a crash is replaced', async (t) => {
  const path = join(folder(t), 'vnetd.sock');
  // A process that dies without closing leaves the file behind.
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, path]);
  assert.ok(statSync(path).isSocket());
  await opened(t, houseInMemory(), { path });
  assert.equal((await send(path, '/v1/status')).status, 200);
});

test('a socket somebody listens on is not taken from them', async (t) => {
  const { path } = await opened(t);
  await assert.rejects(opened(t, houseInMemory(), { path }), { code: 'already-running' });
  assert.equal((await send(path, '/v1/status')).status, 200);
});

test('a file that is no socket is left alone', async (t) => {
  const path = join(folder(t), 'vnetd.sock');
  writeFileSync(path, 'precious');
  await assert.rejects(opened(t, houseInMemory(), { path }), /it is not a socket/);
  assert.equal(readFileSync(path, 'utf8'), 'precious');
});

test('a path that is too long is refused, and not cut off', async (t) => {
  const path = join(folder(t), 'x'.repeat(100));
  await assert.rejects(opened(t, houseInMemory(), { path }), /too long for a socket/);
});

test('a socket that somebody removed is made again, and who is connected stays so', async (t) => {
  const said: string[] = [];
  let told = () => {};
  const remade = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { house, control, path } = await opened(t, houseInMemory(), {
    lookMs: 5,
    remade(sentence) {
      said.push(sentence);
      told();
    },
  });
  const stream = await follow(path, '/v1/status/stream');
  await stream.next();
  rmSync(dirname(path), { recursive: true });
  await remade;
  assert.equal((await send(path, '/v1/status')).status, 200);
  assert.equal(permissions(path), '600');
  assert.deepEqual(said, [`${path} was gone, and is made again`]);

  house.change({ status: statusOf([object('eth7')]) });
  assert.equal((await stream.next()).objects[0].id, 'eth7');
  await control.close();
  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
});

test('the socket goes when the daemon ends', async (t) => {
  const { control, path } = await opened(t);
  await control.close();
  assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
});

test('the socket of a successor stays', async (t) => {
  const { control, path } = await opened(t);
  const successor = createServer();
  await new Promise<void>((resolve) => successor.listen(`${path}.other`, resolve));
  t.after(() => successor.close());
  renameSync(`${path}.other`, path);
  await control.close();
  assert.ok(statSync(path).isSocket());
});
