import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { bufferLimit } from '../../../src/daemon/control/line-stream.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { Happening } from '../../../src/model/event.ts';
import { follow, send } from './client.ts';
import { type HouseInMemory, houseInMemory, object, start, statusOf } from './house-in-memory.ts';
import { opened } from './opened.ts';

function drift(second: number, id = 'eth0', message?: string): Happening {
  return { at: start + second * 1000, id: asObjectId(id), event: 'drift', ...(message && { message }) };
}

/** Resolves when so many watch the house. */
async function watched(house: HouseInMemory, count: number): Promise<void> {
  while (house.watchers !== count) await turn();
}

test('what happens is told as it happens, of one object if one is asked for', async (t) => {
  const { house, path } = await opened(t);
  const all = await follow(path, '/v1/watch');
  const one = await follow(path, '/v1/watch?id=bond1');
  await watched(house, 2);
  house.happen(drift(0), drift(1, 'bond1'));
  assert.equal((await all.next()).id, 'eth0');
  assert.equal((await all.next()).id, 'bond1');
  assert.equal((await one.next()).id, 'bond1');
  all.close();
  one.close();
  await watched(house, 0);
});

test('history goes on where the past ends, with nothing missing or doubled', async (t) => {
  const past = Array.from({ length: 5000 }, (_, second) => drift(second));
  const { house, path } = await opened(t, houseInMemory({ past }));
  const lines = await follow(path, '/v1/history/stream?limit=0');
  await watched(house, 1);
  for (let second = 5000; second < 5100; second++) house.happen(drift(second));
  for (let second = 0; second < 5100; second++) {
    assert.equal((await lines.next()).at, new Date(start + second * 1000).toISOString());
  }
  house.happen(drift(5100));
  assert.equal((await lines.next()).at, new Date(start + 5_100_000).toISOString());
  lines.close();
});

test('a status stream says the state now, then each change; many at once are one', async (t) => {
  const { house, path } = await opened(
    t,
    houseInMemory({ status: statusOf([object('eth0'), object('eth1')]) }),
  );
  const lines = await follow(path, '/v1/status/stream?id=eth0');
  assert.equal((await lines.next()).objects[0].drifts, 0);
  await watched(house, 1);
  for (let drifts = 1; drifts <= 1000; drifts++)
    house.change({ status: statusOf([object('eth0', { drifts })]) });
  assert.equal((await lines.next()).objects[0].drifts, 1000);
  house.change({
    status: statusOf([object('eth0', { drifts: 1000 }), object('eth1', { state: 'pending' })]),
  });
  house.change({ status: statusOf([]) });
  assert.deepEqual((await lines.next()).objects, []);
  lines.close();
});

test('a status stream of an object nobody declared is refused', async (t) => {
  const { path } = await opened(t);
  assert.equal((await send(path, '/v1/status/stream?id=eth0')).status, 404);
});

/** A client that asks and reads nothing. */
async function silentClient(path: string, target: string): Promise<Socket> {
  const socket = connect(path);
  socket.pause();
  await once(socket, 'connect');
  socket.write(`GET ${target} HTTP/1.1\r\nHost: vnetd\r\n\r\n`);
  return socket;
}

test('a client that reads too slowly is dropped with a last line, and keeps nobody waiting', async (t) => {
  const { house, path } = await opened(t);
  const socket = await silentClient(path, '/v1/watch');
  await watched(house, 1);
  const reader = await follow(path, '/v1/watch');
  await watched(house, 2);
  const message = 'x'.repeat(10_000);
  let said = 0;
  while (house.watchers === 2) {
    house.happen(drift(said, 'eth0', message));
    said++;
    assert.equal((await reader.next()).message, message);
    // The kernel holds some more for a unix socket (net.core.wmem_default).
    assert.ok(said * message.length < bufferLimit + 4 * 1024 * 1024, 'it is never dropped');
  }
  let text = '';
  socket.setEncoding('utf8');
  for await (const piece of socket) text += piece as string;
  const lines = text.split('\r\n').filter((line) => line.startsWith('{'));
  assert.equal(JSON.parse(lines.at(-1) ?? '').error.code, 'too-slow');
  assert.equal(
    lines.length,
    said,
    'the one that did not fit is left out, and the last line stands in its place',
  );
  reader.close();
});

test('a status stream nobody reads is not made any more, and goes on when it is read', async (t) => {
  const many = (drifts: number) =>
    statusOf(Array.from({ length: 5000 }, (_, n) => object(`eth${n}`, { drifts })));
  const { house, path } = await opened(t, houseInMemory({ status: many(0) }));
  let made = 0;
  const { status } = house;
  house.status = () => {
    made++;
    return status();
  };
  const socket = await silentClient(path, '/v1/status/stream');
  await watched(house, 1);
  for (let drifts = 1; drifts <= 100; drifts++) {
    house.change({ status: many(drifts) });
    await turn();
  }
  // Once to see whether the ids are there, once for the first line, at most once more before the buffer was full.
  assert.ok(made <= 3, `made ${made} times`);
  socket.setEncoding('utf8');
  socket.resume();
  let text = '';
  for await (const piece of socket) {
    text += piece as string;
    if (text.includes('"drifts":100,')) break;
  }
  assert.ok(!text.includes('"drifts":50,'), 'states in between are left out');
});

test('a daemon that stops says so to who is listening, and ends', async (t) => {
  const stop = new AbortController();
  const { house, control, path } = await opened(t, houseInMemory(), { signal: stop.signal });
  const watching = await follow(path, '/v1/watch');
  await watched(house, 1);
  stop.abort();
  assert.deepEqual(await watching.next(), { error: { code: 'stopping', message: 'vnetd is stopping' } });
  assert.equal(await watching.next(), undefined);
  await control.close();
  assert.equal(house.watchers, 0);
});
