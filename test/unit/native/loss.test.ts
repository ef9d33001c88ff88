import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants } from 'node:os';
import { test } from 'node:test';
import { NetlinkSocket } from '../../../src/netlink/native.ts';
import { linkOf, messages, NETLINK_ROUTE, RTM_NEWLINK, RTNLGRP_LINK, receiveAll } from './netlink-bytes.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

const { ENOBUFS } = constants.errno;
const tiny = { protocol: NETLINK_ROUTE, groups: [RTNLGRP_LINK], receiveBuffer: 8_192 };

function mtuChanges(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `link set lo mtu ${from + i}`);
}

test('a loss is told once, and the socket hears again after it', { skip: needsRoot }, async (t) => {
  const namespace = await scratchNamespace(t);
  const socket = new NetlinkSocket({ ...tiny, namespace: namespace.fd });
  namespace.ip(mtuChanges(2_000, 200));

  assert.deepEqual(receiveAll(socket), { errno: ENOBUFS });
  assert.ok(socket.drops() > 0);
  const left = receiveAll(socket);
  assert.ok(Array.isArray(left) && left.length > 0 && left.length < 200);

  namespace.ip(mtuChanges(9_000, 1));
  const heard = receiveAll(socket);
  assert.ok(Array.isArray(heard));
  assert.deepEqual(
    heard.map((notice) => linkOf(notice).mtu),
    [9_000],
  );
  socket.close();
});

test('a watcher survives a loss, which it reports as something to receive', {
  skip: needsRoot,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  const socket = new NetlinkSocket({ ...tiny, namespace: namespace.fd });
  // All is lost or queued before the loop turns, so the first event the watcher sees is the error.
  namespace.ip(mtuChanges(2_000, 200));
  const told: (number | 'lost')[] = [];
  const turned = new EventTarget();
  socket.watch(() => {
    const received = receiveAll(socket);
    if (!Array.isArray(received)) told.push(received.errno === ENOBUFS ? 'lost' : received.errno);
    else told.push(...received.map((notice) => linkOf(notice).mtu ?? 0));
    turned.dispatchEvent(new Event('turn'));
  });

  await once(turned, 'turn');
  assert.equal(told[0], 'lost');
  while (told.length === 1) await once(turned, 'turn');
  namespace.ip(mtuChanges(9_000, 1));
  while (told.at(-1) !== 9_000) await once(turned, 'turn');
  assert.equal(told.filter((what) => what === 'lost').length, 1);
  socket.close();
});

test('while changes stream in, none is missed without a loss being told first', {
  skip: needsRoot,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  const socket = new NetlinkSocket({ ...tiny, namespace: namespace.fd });
  const last = 2_000 + 20_000 - 1;
  let changing = true;
  const changes = namespace.ipLater(mtuChanges(2_000, 20_000)).finally(() => {
    changing = false;
  });

  const into = new Uint8Array(8_192 * 8);
  const found = new Int32Array(16);
  let seen = 1_999;
  let losses = 0;
  let gaps = 0;
  const read = () => {
    const count = socket.receive(into, 8_192, found);
    if (count < 0) {
      assert.equal(count, -ENOBUFS);
      losses += 1;
    }
    for (let i = 0; i < count; i += 1) {
      const [notice] = messages(into.slice(i * 8_192, i * 8_192 + (found[2 * i] ?? 0)));
      assert.equal(notice?.type, RTM_NEWLINK);
      const mtu = notice === undefined ? 0 : (linkOf(notice).mtu ?? 0);
      if (mtu !== seen + 1) {
        gaps += 1;
        assert.ok(losses >= gaps, `from ${seen} to ${mtu} without a loss told`);
      }
      seen = mtu;
    }
    return count;
  };
  // A loss often falls in the middle of a call that reads several datagrams, and is told by the next call then;
  // it may also be told before datagrams that were queued ahead of it. So told losses and gaps are counted up.
  while (changing) {
    for (let turn = 0; turn < 50; turn += 1) read();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(await changes, 0);
  while (read() !== 0);
  if (seen !== last) assert.ok(losses > gaps, `the end, after ${seen}, was lost without a word`);
  assert.equal(losses > 0, socket.drops() > 0);
  socket.close();
});
