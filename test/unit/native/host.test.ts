import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  bootTimeMicros,
  connectStream,
  lockFile,
  peerCredentials,
  terminalSize,
} from '../../../src/netlink/native.ts';

const { ECONNREFUSED, ENAMETOOLONG, ENOENT, EWOULDBLOCK } = constants.errno;

function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'vnetd-host-'));
}

/** Node keeps the descriptor of a socket to itself; this is where it stands. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}

test('the other end of a unix socket is known by pid, uid and gid', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'socket');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const client = connect(path);
  const [accepted] = (await once(server, 'connection')) as [Socket];
  assert.deepEqual(peerCredentials(descriptorOf(accepted)), {
    pid: process.pid,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
  });
  client.destroy();
  accepted.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

test('what is no socket has no other end', () => {
  const file = openSync('/proc/self/status', 'r');
  assert.throws(() => peerCredentials(file), { code: 'ENOTSOCK', syscall: 'getsockopt' });
  closeSync(file);
  assert.throws(() => peerCredentials(-1), { code: 'EBADF' });
});

test('the clock is the monotonic one', () => {
  const before = process.hrtime.bigint() / 1_000n;
  const now = bootTimeMicros();
  const after = process.hrtime.bigint() / 1_000n;
  assert.ok(Number.isSafeInteger(now));
  assert.ok(before <= BigInt(now) && BigInt(now) <= after);
});

test('a file is locked for one at a time, against other processes too', () => {
  const folder = scratchFolder();
  const path = join(folder, 'lock');
  const tryElsewhere = () => spawnSync('flock', ['--nonblock', path, 'true']).status;

  const held = lockFile(path);
  assert.ok(held >= 0);
  const open = readdirSync('/proc/self/fd').length;
  assert.equal(lockFile(path), -EWOULDBLOCK);
  assert.equal(readdirSync('/proc/self/fd').length, open);
  assert.equal(tryElsewhere(), 1);
  const flags = /flags:\t0?(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${held}`, 'utf8'))?.[1];
  assert.ok(Number.parseInt(flags ?? '', 8) & 0o2000000);

  closeSync(held);
  assert.equal(tryElsewhere(), 0);
  const again = lockFile(path);
  assert.ok(again >= 0);
  closeSync(again);
  rmSync(folder, { recursive: true });
});

test('a lock in a folder that is not there is refused with its errno', () => {
  assert.equal(lockFile('/nonexistent/vnetd.lock'), -ENOENT);
});

test('a stream is connected, and closed at an exec', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'socket');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const fd = connectStream(path);
  assert.ok(fd >= 0);
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const flags = /flags:\t0?(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
  assert.ok(Number.parseInt(flags ?? '', 8) & 0o2000000);
  writeSync(fd, 'word');
  assert.equal(String((await once(accepted, 'data'))[0]), 'word');
  closeSync(fd);
  accepted.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

test('a stream that cannot be connected is refused with its errno, and leaves nothing open', () => {
  const folder = scratchFolder();
  const file = join(folder, 'no-socket');
  writeFileSync(file, '');
  const open = readdirSync('/proc/self/fd').length;
  assert.equal(connectStream(join(folder, 'nothing')), -ENOENT);
  assert.equal(connectStream(file), -ECONNREFUSED);
  assert.equal(connectStream(`/${'x'.repeat(107)}`), -ENAMETOOLONG);
  assert.equal(readdirSync('/proc/self/fd').length, open);
  rmSync(folder, { recursive: true });
});

test('a terminal has a size, and what is none has none', () => {
  const file = openSync('/proc/self/status', 'r');
  assert.equal(terminalSize(file), null);
  closeSync(file);
  // A terminal of its own to ask about: script(1) makes one, stty(1) sizes it.
  const native = new URL('../../../src/netlink/native.js', import.meta.url).pathname;
  const ask = `import('${native}').then(({ terminalSize }) => console.log(JSON.stringify(terminalSize(1))))`;
  const command = `stty columns 91 rows 33; '${process.execPath}' -e "${ask}"`;
  const { stdout } = spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    encoding: 'utf8',
  });
  assert.deepEqual(JSON.parse(stdout), { columns: 91, rows: 33 });
});
