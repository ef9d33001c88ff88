import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { houseInMemory, object, statusOf } from '../control/house-in-memory.ts';
import { folder, opened } from '../control/opened.ts';
import { checkout, shell } from './shell.ts';

/** A daemon with more to say than a pipe or a socket holds. */
async function talkative(t: TestContext): Promise<string> {
  const objects = Array.from({ length: 5000 }, (_, at) => object(`ifb${at}`, { reason: 'x'.repeat(200) }));
  const { path } = await opened(t, houseInMemory({ status: statusOf(objects) }));
  return path;
}

test('who has seen enough may hang up', async (t) => {
  const path = await talkative(t);
  const { stderr } = await shell('{ vnetctl status; echo "ended with $?" >&2; } | true', {
    VNETD_SOCKET: path,
  });
  assert.equal(stderr, 'ended with 0\n');
});

test('what somebody else made non-blocking takes all there is to say', async (t) => {
  const path = await talkative(t);
  const server = createServer().listen(join(folder(t), 'reader'));
  await once(server, 'listening');
  const writer = connect(server.address() as string);
  const [reader] = (await once(server, 'connection')) as [Socket];
  // libuv's own end of a socket is non-blocking; only among the first three would it be made blocking for a child.
  const child = spawn('/bin/sh', ['-c', `'${checkout}bin/vnetctl' status --json >&3`], {
    stdio: ['ignore', 'ignore', 'inherit', writer],
    env: { ...process.env, VNETD_SOCKET: path },
  });
  const closed = once(child, 'close');
  child.once('spawn', () => writer.destroy());
  let text = '';
  for await (const piece of reader.setEncoding('utf8')) text += piece;
  await closed;
  server.close();
  assert.equal(child.exitCode, 0);
  assert.equal(JSON.parse(text).objects.length, 5000);
});
