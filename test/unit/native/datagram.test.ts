import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { sendDatagram } from '../../../src/netlink/native.ts';
import { receiver } from '../journal/datagrams.ts';

const { EAGAIN, EMSGSIZE, ENAMETOOLONG, ENOENT } = constants.errno;

test('a datagram arrives whole at the socket of a path', async (t) => {
  const { path, read, next } = await receiver(t);
  read();
  assert.equal(sendDatagram(path, Buffer.from('one\0two')), 7);
  assert.equal(await next(), 'one\0two');
  assert.equal(sendDatagram(path, Buffer.alloc(0)), 0);
  assert.equal(await next(), '');
});

test('a full queue is told at once and not waited for', async (t) => {
  const { path } = await receiver(t);
  let sent = 0;
  let answer = 0;
  while (answer >= 0) {
    answer = sendDatagram(path, Buffer.from('x'));
    if (answer >= 0) sent++;
  }
  assert.equal(answer, -EAGAIN);
  assert.ok(sent > 0);
});

test('what cannot be sent is an errno', async (t) => {
  const { path } = await receiver(t);
  assert.equal(sendDatagram(`${path}.missing`, Buffer.from('x')), -ENOENT);
  assert.equal(sendDatagram(`/${'x'.repeat(200)}`, Buffer.from('x')), -ENAMETOOLONG);
  assert.equal(sendDatagram(path, Buffer.alloc(16 << 20)), -EMSGSIZE);
});
