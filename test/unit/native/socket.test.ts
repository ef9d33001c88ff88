import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { test } from 'node:test';
import { NativeError, NetlinkSocket } from '../../../src/netlink/native.ts';
import {
  ask,
  errnoOf,
  linkDump,
  linkOf,
  message,
  messages,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  RTM_NEWLINK,
  RTM_SETLINK,
  receiveAll,
} from './netlink-bytes.ts';
import { needsRoot } from './scratch-namespace.ts';

const { EBADF, EINVAL, EPROTONOSUPPORT } = constants.errno;

function withCode(code: string, syscall: string): (error: unknown) => boolean {
  return (error) => error instanceof NativeError && error.code === code && error.syscall === syscall;
}

test('a dump of links comes with the loopback in it', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, strict: true, extendedAck: true });
  const answers = ask(socket, linkDump(7));
  assert.equal(answers.at(-1)?.type, NLMSG_DONE);
  assert.ok(answers.every(({ sequence }) => sequence === 7));
  const links = answers.filter(({ type }) => type === RTM_NEWLINK).map((answer) => linkOf(answer).ifindex);
  assert.ok(links.includes(1));
  socket.close();
});

test('several requests in one system call are all answered', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const unknown = (sequence: number) =>
    message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, sequence, new Uint8Array(16));
  const both = Buffer.concat([unknown(1), unknown(2)]);
  assert.equal(socket.send(both), both.length);
  const answers = receiveAll(socket);
  assert.ok(Array.isArray(answers));
  assert.deepEqual(
    answers.map(({ type, sequence }) => [type, sequence]),
    [
      [NLMSG_ERROR, 1],
      [NLMSG_ERROR, 2],
    ],
  );
  socket.close();
});

test('a bad request is answered with its errno', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const [answer] = ask(socket, message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, 3, new Uint8Array(16)));
  assert.ok(answer);
  assert.equal(errnoOf(answer), EINVAL);
  socket.close();
});

test('bytes are taken from and put into the middle of a larger buffer', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const request = linkDump(9);
  const around = new Uint8Array(request.length + 24).fill(0xee);
  around.set(request, 11);
  assert.equal(socket.send(around.subarray(11, 11 + request.length)), request.length);

  const slot = 32_768;
  const whole = Buffer.alloc(slot * 2 + 20, 0xee);
  const found = new Int32Array(4);
  assert.ok(socket.receive(whole.subarray(5, 5 + slot * 2), slot, found) > 0);
  const length = found[0] ?? 0;
  assert.deepEqual([...whole.subarray(0, 5)], [0xee, 0xee, 0xee, 0xee, 0xee]);
  assert.ok(whole.subarray(5 + slot * 2).every((byte) => byte === 0xee));
  assert.equal(messages(new Uint8Array(whole.subarray(5, 5 + length)))[0]?.sequence, 9);
  assert.equal(found[1], -1);
  socket.close();
});

test('a datagram larger than its slot tells its true length and stays in its slot', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  socket.send(linkDump(1));
  const into = new Uint8Array(128).fill(0xee);
  const found = new Int32Array(4);
  assert.equal(socket.receive(into.subarray(0, 64), 64, found), 1);
  assert.ok((found[0] ?? 0) > 64);
  assert.ok(into.subarray(64).every((byte) => byte === 0xee));
  socket.close();
});

test('with nothing there receive gives 0 and wait gives false', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  assert.equal(socket.receive(new Uint8Array(64), 64, new Int32Array(2)), 0);
  assert.equal(socket.wait(0), false);
  socket.close();
});

test('datagrams of other processes are dropped, and hide none of the kernel', { skip: needsRoot }, () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const stranger = `
import socket, sys
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
    for _ in range(3):
        s.sendto(b"forged!!" * 4, (int(sys.argv[1]), 0))
`;
  const forge = () => assert.equal(spawnSync('python3', ['-c', stranger, String(socket.portId)]).status, 0);
  const request = message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, 5, new Uint8Array(16));
  const found = new Int32Array(8);

  forge();
  socket.send(request);
  // Two slots: the first call's worth of datagrams is all forged, the second's is half forged.
  assert.equal(socket.receive(new Uint8Array(256), 128, found), 1);
  assert.equal(socket.receive(new Uint8Array(256), 128, found), 0);

  forge();
  socket.send(request);
  const into = new Uint8Array(512);
  assert.equal(socket.receive(into, 128, found), 1);
  assert.equal(messages(into.slice(0, found[0]))[0]?.sequence, 5);
  socket.close();
});

test('every socket has a port of its own', () => {
  const [one, two] = [
    new NetlinkSocket({ protocol: NETLINK_ROUTE }),
    new NetlinkSocket({ protocol: NETLINK_ROUTE }),
  ];
  assert.ok(one.portId > 0 && two.portId > 0);
  assert.notEqual(one.portId, two.portId);
  one.close();
  two.close();
});

test('the descriptor is not inherited by programs started', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const flags = /flags:\t0?(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${socket.fd}`, 'utf8'))?.[1];
  assert.ok(Number.parseInt(flags ?? '', 8) & 0o2000000);
  socket.close();
});

test('a refusal says what was attempted, and leaves no descriptor behind', () => {
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let i = 0; i < 20; i += 1) {
    assert.throws(() => new NetlinkSocket({ protocol: 99 }), withCode('EPROTONOSUPPORT', 'socket'));
    assert.throws(
      () => new NetlinkSocket({ protocol: NETLINK_ROUTE, groups: [1, 100_000] }),
      withCode('EINVAL', 'setsockopt'),
    );
  }
  assert.equal(open(), before);
  assert.throws(() => new NetlinkSocket({ protocol: 99 }), {
    errno: EPROTONOSUPPORT,
    message: 'cannot open a netlink socket: protocol not supported (EPROTONOSUPPORT from socket)',
  });
});

test('a closed socket answers EBADF, and closing it again does nothing', async () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  socket.close();
  socket.close();
  assert.equal(socket.send(linkDump(1)), -EBADF);
  assert.equal(socket.receive(new Uint8Array(64), 64, new Int32Array(2)), -EBADF);
  assert.throws(() => socket.wait(0), withCode('EBADF', 'poll'));
  assert.throws(() => socket.join(1), withCode('EBADF', 'setsockopt'));
  assert.throws(() => socket.leave(1), withCode('EBADF', 'setsockopt'));
  assert.throws(() => socket.drops(), withCode('EBADF', 'getsockopt'));
  assert.throws(() => socket.watch(() => {}), withCode('EBADF', 'epoll_ctl'));
  await assert.rejects(socket.exchange(linkDump(1)), withCode('EBADF', 'sendmsg'));
  socket.ref();
  socket.unref();
});

test('a filter keeps out what it has no bytes for', () => {
  // BPF_LD | BPF_W | BPF_ABS of nlmsg_seq, as if it were big-endian; on to 4 if it is 9; all of it; nothing.
  const program = [
    [0x20, 0, 0, 8],
    [0x15, 0, 1, 0x0900_0000],
    [6, 0, 0, 0xffff_ffff],
    [6, 0, 0, 0],
  ];
  const filter = Buffer.alloc(8 * program.length);
  for (const [i, [code = 0, yes = 0, no = 0, value = 0]] of program.entries()) {
    filter.writeUInt16LE(code, 8 * i);
    filter.writeUInt8(yes, 8 * i + 2);
    filter.writeUInt8(no, 8 * i + 3);
    filter.writeUInt32LE(value, 8 * i + 4);
  }
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, filter: new Uint8Array(filter) });
  const request = (sequence: number) =>
    message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, sequence, new Uint8Array(16));
  socket.send(Buffer.concat([request(7), request(9), request(8)]));
  const answers = receiveAll(socket);
  assert.ok(Array.isArray(answers));
  assert.deepEqual(
    answers.map(({ sequence }) => sequence),
    [9],
  );
  socket.close();
});

test('a filter that is none is refused', () => {
  const opened = (filter: Uint8Array) => () => new NetlinkSocket({ protocol: NETLINK_ROUTE, filter });
  assert.throws(opened(new Uint8Array(7)), withCode('EINVAL', 'setsockopt'));
  assert.throws(opened(new Uint8Array(8)), withCode('EINVAL', 'setsockopt'), 'no return at its end');
  assert.throws(opened(new Uint8Array(8 * 5000)), withCode('EINVAL', 'setsockopt'), 'longer than any may be');
});

test('a receive without room for a datagram or for what was found is refused', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const into = new Uint8Array(64);
  const found = new Int32Array(2);
  for (const slot of [0, -1, 65, Number.NaN]) assert.equal(socket.receive(into, slot, found), -EINVAL);
  assert.equal(socket.receive(into, 64, new Int32Array(1)), -EINVAL);
  assert.equal(socket.receive(new Uint8Array(0), 64, found), -EINVAL);
  socket.close();
});

test('no more datagrams are taken than can be told of', () => {
  const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE });
  const request = message(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK, 1, new Uint8Array(16));
  socket.send(Buffer.concat([request, request, request]));
  assert.equal(socket.receive(new Uint8Array(1024), 128, new Int32Array(5)), 2);
  assert.equal(socket.receive(new Uint8Array(1024), 128, new Int32Array(5)), 1);
  socket.close();
});
