import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ExchangeError, NetlinkSocket } from '../../../src/netlink/native.ts';
import {
  ask,
  errnoOf,
  linkDump,
  linkOf,
  message,
  messages,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_GETLINK,
  RTM_NEWLINK,
  setMtu,
} from './netlink-bytes.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

const { EBUSY, EINVAL, ENODEV } = constants.errno;

// net/ipv4/fib_frontend.c ignores a request that is too short: the one family that leaves a sender waiting.
const NETLINK_FIB_LOOKUP = 10;
const unanswered = message(0, NLM_F_REQUEST | NLM_F_ACK, 1, new Uint8Array(0));

function because(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ExchangeError && error.code === code;
}

test('thousands of requests are answered one by one, in order', { skip: needsRoot }, async (t) => {
  const namespace = await scratchNamespace(t);
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, namespace: namespace.fd });
  const requests = Array.from({ length: 3_000 }, (_, i) => setMtu(i + 1, i % 7 === 0 ? 999 : 1, 2_000 + i));
  const answers = messages(await socket.exchange(Buffer.concat(requests)));

  assert.equal(answers.length, 3_000);
  for (const [i, answer] of answers.entries()) {
    assert.deepEqual([answer.type, answer.sequence], [NLMSG_ERROR, i + 1]);
    assert.equal(errnoOf(answer), i % 7 === 0 ? ENODEV : 0);
  }
  const [loopback] = ask(socket, linkDump(1));
  assert.equal(loopback && linkOf(loopback).mtu, 2_000 + 2_999);
  socket.close();
});

test('a dump that asks for an acknowledgement ends with its NLMSG_DONE', async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const dump = message(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP | NLM_F_ACK, 4, new Uint8Array(16));
  const answers = messages(await socket.exchange(dump));
  assert.ok(answers.some(({ type }) => type === RTM_NEWLINK));
  assert.equal(answers.at(-1)?.type, NLMSG_DONE);
  socket.close();
});

test('the bytes sent are those of the call, whatever becomes of the array', async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const request = setMtu(8, 999_999, 1_500);
  const exchange = socket.exchange(request);
  request.fill(0);
  const [answer] = messages(await exchange);
  assert.equal(answer?.sequence, 8);
  socket.close();
});

test('what is no whole message is refused before it is sent', async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  for (const bytes of [new Uint8Array(7), new Uint8Array(16), linkDump(1).subarray(0, 20)]) {
    await assert.rejects(socket.exchange(bytes), { errno: EINVAL });
  }
  assert.deepEqual(await socket.exchange(new Uint8Array(0)), new Uint8Array(0));
  socket.close();
});

test('a deadline ends the wait for an answer that does not come', async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_FIB_LOOKUP });
  await assert.rejects(socket.exchange(unanswered, 20), because('ETIMEDOUT'));
  // The socket can be used again.
  await assert.rejects(socket.exchange(unanswered, 0), because('ETIMEDOUT'));
  socket.close();
});

test('until it ends the socket can only be closed, and closing ends it', async () => {
  const before = readdirSync('/proc/self/fd').length;
  const socket = new NetlinkSocket({ protocol: NETLINK_FIB_LOOKUP });
  const exchange = socket.exchange(unanswered);
  assert.equal(socket.send(unanswered), -EBUSY);
  assert.equal(socket.receive(new Uint8Array(64), 64, new Int32Array(2)), -EBUSY);
  assert.throws(() => socket.watch(() => {}), { code: 'EBUSY' });
  await assert.rejects(socket.exchange(unanswered), { code: 'EBUSY' });
  socket.close();
  await assert.rejects(exchange, because('ECANCELED'));
  assert.equal(readdirSync('/proc/self/fd').length, before);
});

test('a worker thread may be terminated with an exchange under way', async () => {
  const native = new URL('../../../src/netlink/native.js', import.meta.url).href;
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(native)}).then(({ NetlinkSocket }) => {
      const socket = new NetlinkSocket({ protocol: ${NETLINK_FIB_LOOKUP} });
      socket.exchange(workerData, 100);
      parentPort.postMessage('begun');
    });
  `;
  const worker = new Worker(source, { eval: true, workerData: unanswered });
  await new Promise((resolve) => worker.once('message', resolve));
  assert.equal(await worker.terminate(), 1);
});
