import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { NativeError, NetlinkSocket } from '../../../src/netlink/native.ts';
import {
  errnoOf,
  linkOf,
  message,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  RTM_NEWLINK,
  RTM_SETLINK,
  RTNLGRP_LINK,
  receiveAll,
  setMtu,
} from './netlink-bytes.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

const { EBADF, EBUSY, ENOENT } = constants.errno;

/** Changes the MTU of the loopback, each to another value: one notice and one acknowledgement each. */
function changes(first: number, count: number): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, i) => setMtu(first + i, 1, 2_000 + first + i)));
}

function unknown(sequence: number): Uint8Array {
  return message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, sequence, new Uint8Array(16));
}

function received(socket: NetlinkSocket) {
  const all = receiveAll(socket);
  assert.ok(Array.isArray(all));
  return all;
}

test('what is sent aside goes in the order it was given, and is answered on the same socket', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const [first, second] = [Buffer.concat([unknown(1), unknown(2)]), unknown(3)];
  assert.equal(socket.sendAside(first), 0);
  assert.equal(socket.sendAside(second), 0);
  assert.equal(socket.joinSend(), first.length);
  assert.equal(socket.joinSend(), second.length);
  const answers = received(socket).map(({ type, sequence }) => [type, sequence]);
  assert.deepEqual(answers, [
    [NLMSG_ERROR, 1],
    [NLMSG_ERROR, 2],
    [NLMSG_ERROR, 3],
  ]);
  assert.equal(socket.joinSend(), -ENOENT);
  socket.close();
});

test('the bytes are the sender’s own again at once', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const bytes = Buffer.from(unknown(5));
  socket.sendAside(bytes);
  bytes.fill(0);
  socket.joinSend();
  assert.deepEqual(
    received(socket).map(({ sequence }) => sequence),
    [5],
  );
  socket.close();
});

test('what is sent meanwhile is done in between, and each notice comes before the answer', {
  skip: needsRoot,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  const socket = new NetlinkSocket({
    protocol: NETLINK_ROUTE,
    groups: [RTNLGRP_LINK],
    receiveBuffer: 16 * 1024 * 1024,
    namespace: namespace.fd,
  });
  socket.sendAside(changes(1, 300));
  for (let i = 0; i < 50; i++) socket.send(setMtu(1_000 + i, 1, 9_000 + i));
  assert.equal(socket.joinSend(), changes(1, 300).length);
  const noticed = new Set<number>();
  const answered: number[] = [];
  for (const one of received(socket)) {
    if (one.type === RTM_NEWLINK) noticed.add(linkOf(one).mtu ?? 0);
    if (one.type !== NLMSG_ERROR) continue;
    assert.equal(errnoOf(one), 0);
    assert.ok(noticed.has(one.sequence < 1_000 ? 2_000 + one.sequence : 8_000 + one.sequence));
    answered.push(one.sequence);
  }
  const aside = answered.filter((sequence) => sequence < 1_000);
  assert.deepEqual(
    aside,
    Array.from({ length: 300 }, (_, i) => i + 1),
  );
  assert.equal(answered.length, 350);
  socket.close();
});

test('waiting for what is sent aside is marked like any wait for the kernel', {
  skip: needsRoot,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  const cells = new Int32Array(new SharedArrayBuffer(16));
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, namespace: namespace.fd });
  socket.markWaits(cells);
  socket.sendAside(changes(1, 500));
  assert.equal(Atomics.load(cells, 1), 0);
  socket.joinSend();
  assert.deepEqual([Atomics.load(cells, 0), Atomics.load(cells, 1)], [1, 0]);
  socket.close();
});

test('a socket closed while the kernel is at it leaves what was begun whole', {
  skip: needsRoot,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, namespace: namespace.fd });
  const watching = new NetlinkSocket({
    protocol: NETLINK_ROUTE,
    groups: [RTNLGRP_LINK],
    receiveBuffer: 16 * 1024 * 1024,
    namespace: namespace.fd,
  });
  socket.sendAside(changes(1, 100));
  socket.sendAside(changes(101, 100));
  socket.close();
  assert.equal(socket.sendAside(unknown(1)), -EBADF);
  assert.equal(socket.joinSend(), -EBADF);
  // Each of the two was sent in full or not at all, and nothing goes on behind the close.
  const seen = received(watching).filter(({ type }) => type === RTM_NEWLINK).length;
  assert.equal(seen % 100, 0, `${seen} changes`);
  assert.deepEqual(received(watching), []);
  watching.close();
});

test('a socket that sends aside runs no exchange', async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  socket.sendAside(unknown(1));
  await assert.rejects(
    socket.exchange(unknown(2)),
    (error) => error instanceof NativeError && error.errno === EBUSY,
  );
  socket.joinSend();
  socket.close();
});
