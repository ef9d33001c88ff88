import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { NativeError, NetlinkSocket, namespaceCookie } from '../../../src/netlink/native.ts';
import { until } from '../../kernel/support/until.ts';
import {
  ask,
  linkDump,
  linkOf,
  messages,
  NETLINK_ROUTE,
  RTM_NEWLINK,
  RTNLGRP_LINK,
} from './netlink-bytes.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

test('a socket opened in a namespace sees that one, and no thread stays there', {
  skip: needsRoot,
}, async (t) => {
  const namespace = await scratchNamespace(t);
  namespace.ip(['link set lo mtu 4321']);
  const own = readlinkSync('/proc/self/ns/net');
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, namespace: namespace.fd });
  const links = ask(socket, linkDump(1)).filter(({ type }) => type === RTM_NEWLINK);
  assert.deepEqual(links.map(linkOf), [{ ifindex: 1, mtu: 4321 }]);
  // A thread that was joined is listed for a moment longer (mm_release comes before release_task in kernel/exit.c).
  const namespaces = () =>
    readdirSync('/proc/self/task').map((thread) => {
      try {
        return readlinkSync(`/proc/self/task/${thread}/ns/net`);
      } catch {
        return own;
      }
    });
  await until(async () => namespaces().every((one) => one === own), { within: 5000, what: 'none is there' });
  socket.close();
});

test('a namespace is known by its cookie, whatever descriptor leads to it', {
  skip: needsRoot,
}, async (t) => {
  const [one, two] = [await scratchNamespace(t), await scratchNamespace(t)];
  const again = openSync(`/proc/${one.pid}/ns/net`, 'r');
  const own = openSync('/proc/self/ns/net', 'r');
  assert.equal(namespaceCookie(one.fd), namespaceCookie(again));
  assert.equal(namespaceCookie(own), namespaceCookie());
  assert.equal(new Set([namespaceCookie(), namespaceCookie(one.fd), namespaceCookie(two.fd)]).size, 3);
  closeSync(again);
  closeSync(own);
});

test('a notice heard from another namespace carries its nsid', { skip: needsRoot }, async (t) => {
  const [here, there] = [await scratchNamespace(t), await scratchNamespace(t)];
  const socket = new NetlinkSocket({
    protocol: NETLINK_ROUTE,
    groups: [RTNLGRP_LINK],
    listenAllNsid: true,
    namespace: here.fd,
  });
  // A veth with its other end over there makes the kernel give that namespace an nsid here.
  here.ip([`link add v0 type veth peer name v1 netns ${there.pid}`]);
  const into = new Uint8Array(32_768 * 4);
  const found = new Int32Array(8);
  while (socket.receive(into, 32_768, found) > 0);
  there.ip(['link set lo mtu 3333']);
  assert.equal(socket.receive(into, 32_768, found), 1);
  const [notice] = messages(into.slice(0, found[0]));
  assert.deepEqual(notice && linkOf(notice), { ifindex: 1, mtu: 3333 });
  assert.ok((found[1] ?? -1) >= 0);
  here.ip(['link set lo mtu 4444']);
  assert.equal(socket.receive(into, 32_768, found), 1);
  assert.equal(found[1], -1);
  here.ip(['link del v0']);
  socket.close();
});

test('what is no namespace is refused by name', () => {
  const file = openSync('/proc/self/status', 'r');
  const refused = (error: unknown) =>
    error instanceof NativeError && error.code === 'EINVAL' && error.syscall === 'setns';
  assert.throws(() => new NetlinkSocket({ protocol: NETLINK_ROUTE, namespace: file }), refused);
  assert.throws(() => namespaceCookie(file), { code: 'EINVAL' });
  closeSync(file);
  assert.throws(() => new NetlinkSocket({ protocol: NETLINK_ROUTE, namespace: file }), { code: 'EBADF' });
});
