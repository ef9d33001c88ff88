import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { asObjectId } from '../../../src/model/address.ts';
import type { Happening } from '../../../src/model/event.ts';
import { type HouseInMemory, houseInMemory, object, start, statusOf } from '../control/house-in-memory.ts';
import { opened } from '../control/opened.ts';
import { checkout, shell } from './shell.ts';

interface Running {
  readonly child: ChildProcess;
  /** The next line of standard output, undefined at its end. */
  line(): Promise<string | undefined>;
  /** How it ended: its code, and all of standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

/** vnetctl running beside the test, killed when the test ends. */
function running(t: TestContext, socket: string, ...words: readonly string[]): Running {
  const child = spawn(process.execPath, [join(checkout, 'bin/vnetctl'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VNETD_SOCKET: socket, TZ: 'UTC' },
  });
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    child,
    line: async () => (await lines.next()).value,
    ended: once(child, 'close').then(([code]) => ({ code, stderr })),
  };
}

async function watched(house: HouseInMemory): Promise<void> {
  while (house.watchers === 0) await turn();
}

const drift: Happening = {
  at: start,
  id: asObjectId('eth0'),
  event: 'drift',
  changes: [{ key: 'mtu', wanted: 9000, found: 1500 }],
};

test('watch shows drifts as they happen', async (t) => {
  const { house, path } = await opened(t);
  const { line } = running(t, path, 'watch');
  await watched(house);
  house.happen(drift);
  assert.match((await line()) ?? '', /^WHEN +OBJECT +EVENT +WHAT$/);
  assert.equal(await line(), '2026-11-21 01:02:03.456  eth0          drift      mtu is 1500, wanted 9000');
});

test('history --follow --json goes on a line each', async (t) => {
  const { house, path } = await opened(t, houseInMemory({ past: [drift] }));
  const { line } = running(t, path, 'history', '--follow', '--json');
  assert.equal(JSON.parse((await line()) ?? '').event, 'drift');
  house.happen({ ...drift, event: 'restored', micros: 7 });
  assert.equal(JSON.parse((await line()) ?? '').micros, 7);
});

test('status --watch shows each change', async (t) => {
  const { house, path } = await opened(t, houseInMemory({ status: statusOf([object('eth0')]) }));
  const { line } = running(t, path, 'status', '--watch', '--json');
  assert.equal(JSON.parse((await line()) ?? '').objects[0].state, 'in-sync');
  house.change({ status: statusOf([object('eth0', { state: 'drifted' })]) });
  assert.equal(JSON.parse((await line()) ?? '').objects[0].state, 'drifted');
});

test('a daemon that stops ends a watch with 3 and a sentence', async (t) => {
  const { house, control, path } = await opened(t);
  const { ended } = running(t, path, 'watch');
  await watched(house);
  await control.close();
  assert.deepEqual(await ended, { code: 3, stderr: 'vnetctl: vnetd is stopping\n' });
});

test('a reader that has seen enough ends a watch without a word', async (t) => {
  const { house, path } = await opened(t);
  const { child, line, ended } = running(t, path, 'watch', '--json');
  await watched(house);
  house.happen(drift);
  await line();
  child.stdout?.destroy();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    house.happen(drift);
    await turn();
  }
  assert.deepEqual(await ended, { code: 0, stderr: '' });
});

test('wait reads the folder again, then waits for what is told, and ends with it', async (t) => {
  const house = houseInMemory({ status: statusOf([object('eth0', { state: 'in-sync' })]) });
  house.furniture.reloads = () => house.change({ status: statusOf([object('eth0', { state: 'pending' })]) });
  const { path } = await opened(t, house);
  const { line, ended } = running(t, path, 'wait', '--timeout', '1h');
  await watched(house);
  house.change({ status: statusOf([object('eth0', { state: 'waiting', reason: 'waiting for eth1' })]) });
  house.change({ status: statusOf([object('eth0')]) });
  assert.equal(await line(), '1 object: 1 in sync');
  assert.deepEqual(await ended, { code: 0, stderr: '' });
});

test('wait without being root waits for what was read last', async (t) => {
  const house = houseInMemory({ status: statusOf([object('eth0')]), reloads: () => assert.fail('reloaded') });
  const { path } = await opened(t, house, { peer: () => ({ pid: 1, uid: 1000, gid: 1000 }) });
  const { code, stdout, stderr } = await shell('vnetctl wait', { VNETD_SOCKET: path });
  assert.equal(code, 0);
  assert.equal(stdout, '1 object: 1 in sync\n');
  assert.match(stderr, /^the folder is not read again, only root may ask for that/);
});

test('wait does not wait longer for a reload than for the rest', async (t) => {
  const { path } = await opened(t, houseInMemory({ reloads: () => new Promise(() => {}) }));
  const { code, stderr } = await shell('vnetctl wait --timeout 100ms', { VNETD_SOCKET: path });
  assert.deepEqual([code, stderr], [1, 'vnetctl: vnetd gave no answer within 100ms\n']);
});

test('an object taken out of the declaration is never in sync', async (t) => {
  const house = houseInMemory({ status: statusOf([object('eth0', { state: 'pending' })]) });
  const { path } = await opened(t, house);
  const { ended } = running(t, path, 'wait', 'eth0', '--timeout', '300ms');
  await watched(house);
  house.change({ status: statusOf([]) });
  assert.equal((await ended).code, 1);
});

test('a socket nobody listens on is said to be that', async (t) => {
  const { control, path } = await opened(t);
  await control.close();
  const script = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script, path]);
  const { code, stderr } = await shell('vnetctl status', { VNETD_SOCKET: path });
  assert.equal(code, 3);
  assert.equal(
    stderr,
    `vnetctl: vnetd is not running: nobody listens on ${path} (\`systemctl start vnetd\` starts it)\n`,
  );
});

test('a daemon that dies in the middle of an answer is an error, not an end', async (t) => {
  const half = `require('node:net').createServer((socket) => {
    socket.end('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n10\\r\\n{"at":');
  }).listen(process.argv[1], () => console.log('listening'))`;
  const { control, path } = await opened(t);
  await control.close();
  const server = spawn(process.execPath, ['-e', half, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill('SIGKILL'));
  await once(server.stdout, 'data');
  for (const command of ['history', 'status', 'watch']) {
    const { code, stdout, stderr } = await shell(`vnetctl ${command}`, { VNETD_SOCKET: path });
    assert.deepEqual([code, stdout, stderr], [3, '', 'vnetctl: vnetd hung up in the middle of its answer\n']);
  }
});

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'only root can become somebody else';
  const words = ['--reuid', 'nobody', process.execPath, join(checkout, 'bin/vnetctl'), '--version'];
  return spawnSync('setpriv', words).status === 0 ? false : 'nobody may not run vnetctl from here';
}

test('who may not use the socket is told who may', { skip: whyNot() }, async (t) => {
  const as = (groups: string) => `setpriv --reuid nobody --regid nogroup ${groups} vnetctl status`;
  const open = await opened(t, houseInMemory(), { group: 'daemon' });
  const member = await shell(as('--groups daemon'), { VNETD_SOCKET: open.path });
  assert.deepEqual([member.code, member.stdout], [0, '0 objects\n']);
  const other = await shell(as('--clear-groups'), { VNETD_SOCKET: open.path });
  assert.equal(other.code, 3);
  assert.equal(
    other.stderr,
    `vnetctl: you may not talk to vnetd: only root and the members of group daemon may use ${open.path}\n`,
  );
  const closed = await opened(t, houseInMemory());
  const nobody = await shell(as('--clear-groups'), { VNETD_SOCKET: closed.path });
  assert.equal(nobody.stderr, `vnetctl: you may not talk to vnetd: only root may use ${closed.path}\n`);
});
