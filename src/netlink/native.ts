/**
 * The TypeScript face of the native addon: netlink sockets, and a few things of the kernel Node has no call for.
 *
 * What can fail in the middle of ordinary work returns `-errno` (`send`, `receive`, `lockFile`); what fails
 * only for want of a right, a feature or an open socket throws {@link NativeError}.
 */
import { constants } from 'node:os';
import { addon, NativeError, type NativeSocket } from './addon.ts';
import type { Courier, NamedNamespace } from './namespaces.ts';

export { NativeError } from './addon.ts';

const { EPERM } = constants.errno;

// include/uapi/linux/netlink.h and asm-generic/socket.h
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_DROP_MEMBERSHIP = 2;
const NETLINK_LISTEN_ALL_NSID = 8;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** A link, in the namespace of an nsid; -1 is the socket's own. */
export interface LinkNumber {
  readonly nsid: number;
  readonly ifindex: number;
}

/** An exchange that ended before every answer had come. */
export class ExchangeError extends NativeError {
  override readonly name: string = 'ExchangeError';
  /** The raw answers that had come until then. */
  readonly answers: Uint8Array;

  constructor(errno: number, syscall: string, answers: Uint8Array) {
    super(errno, syscall, 'get an answer to every netlink request');
    this.answers = answers;
  }
}

export interface SocketOptions {
  /** The netlink family, `NETLINK_ROUTE` being 0. */
  readonly protocol: number;
  /** Bytes of receive buffer; without `CAP_NET_ADMIN` the kernel caps it at `net.core.rmem_max`. */
  readonly receiveBuffer?: number;
  /** Multicast groups to join, by number (`RTNLGRP_…`), not by bit. */
  readonly groups?: readonly number[];
  /** Makes the kernel refuse dump requests with unknown filters, and honour the known ones. */
  readonly strict?: boolean;
  /** Asks for extended acknowledgements, and for errors without the copy of the request. */
  readonly extendedAck?: boolean;
  /** Hears the groups in every namespace that has an nsid here; needs `CAP_NET_BROADCAST`. */
  readonly listenAllNsid?: boolean;
  /** A descriptor of the network namespace to open the socket in, as of `/run/netns/NAME`. */
  readonly namespace?: number;
  /** A classic BPF program (`struct sock_filter`, one after the other) that says how much of a datagram to queue; 0: none of it. */
  readonly filter?: Uint8Array;
}

/**
 * A bound netlink socket; datagrams are exchanged with the kernel (port 0) alone.
 *
 * It must be closed by {@link close}; one that is collected unclosed is closed then.
 */
export class NetlinkSocket {
  /** The port the kernel gave the socket, for `nlmsg_pid` and to know own answers and echoes by. */
  readonly portId: number;
  readonly fd: number;
  readonly #native: NativeSocket;

  /** Throws {@link NativeError}; nothing is left open then. */
  constructor(options: SocketOptions) {
    const { protocol, namespace = -1 } = options;
    this.#native = new addon.NetlinkSocket();
    const opened = this.#native.open(protocol, namespace);
    if (opened < 0) throw new NativeError(-opened, this.#native.failedCall(), 'open a netlink socket');
    try {
      this.#prepare(options);
      if (options.filter !== undefined) this.#filter(options.filter);
      for (const group of options.groups ?? []) this.join(group);
    } catch (error) {
      this.#native.close();
      throw error;
    }
    this.fd = this.#native.fd();
    this.portId = this.#native.portId();
  }

  /** Joins a multicast group, given by its number. */
  join(group: number): void {
    this.#setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group, `join netlink group ${group}`);
  }

  /** Leaves a multicast group; what it brought before stays to be received. */
  leave(group: number): void {
    this.#setOption(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group, `leave netlink group ${group}`);
  }

  /**
   * Sends any number of netlink messages in one system call and returns the bytes sent, or `-errno`.
   *
   * rtnetlink does the work before the call returns: it may take long, and the acknowledgements are in the
   * receive buffer afterwards, or were lost there (`ENOBUFS` from {@link receive}).
   */
  send(bytes: Uint8Array): number {
    return this.#native.send(bytes);
  }

  /**
   * Sends a copy of the bytes from a thread of the socket's own, as {@link send} does; returns 0, or `-errno`.
   *
   * What is sent so goes in the order it was given; what is sent by `send` meanwhile goes in between. The socket
   * is read as ever. {@link close} waits for what the kernel is at, and what it has not begun with is not sent.
   */
  sendAside(bytes: Uint8Array): number {
    return this.#native.sendAside(bytes);
  }

  /**
   * Waits until the oldest of what was sent aside is sent; returns what {@link send} would have returned for it.
   *
   * Each is given once; `-ENOENT` when there is none.
   */
  joinSend(): number {
    return this.#native.joinSend();
  }

  /**
   * Receives what is there without waiting: datagram `i` at `i * slot` of `into`; returns how many, or `-errno`.
   *
   * `found[2 * i]` is the datagram's true length (more than `slot` if it was cut off), `found[2 * i + 1]` the
   * nsid it was heard from, or -1 for the socket's own namespace. At most 128 datagrams are given in one call;
   * 0 means that none was left. The kernel's dumps come in datagrams of up to 32 KiB once a slot has that size.
   *
   * `-ENOBUFS` says that messages were lost. It is given before anything that was queued after the loss, maybe
   * before what was queued ahead of it, and never together with datagrams; what is received is whole.
   * The kernel queues nothing more until all that is left is received.
   */
  receive(into: Uint8Array, slot: number, found: Int32Array): number {
    return this.#native.receive(into, slot, found);
  }

  /** Whether there is something to receive within some milliseconds (-1: for ever); blocks the thread. */
  wait(milliseconds: number): boolean {
    const ready = this.#native.wait(milliseconds);
    if (ready < 0) throw new NativeError(-ready, 'poll', 'wait on a netlink socket');
    return ready > 0;
  }

  /**
   * Calls back from this thread's event loop while there is something to receive, until {@link close}.
   *
   * Level-triggered: what the callback leaves is called for again. A loss of messages (`ENOBUFS`) counts as
   * something to receive. One watcher a socket; it keeps the thread alive unless {@link unref} is called.
   */
  watch(callback: () => void): void {
    const started = this.#native.watch(callback);
    if (started < 0) throw new NativeError(-started, 'epoll_ctl', 'watch a netlink socket');
  }

  /** Lets the thread end although the socket is watched. */
  unref(): void {
    this.#native.keep(false);
  }

  /** Undoes {@link unref}. */
  ref(): void {
    this.#native.keep(true);
  }

  /**
   * Sends requests from a thread of libuv's pool and gives their raw answers, each 4-byte aligned.
   *
   * For what holds the sender for long in the kernel, such as deleting links. It ends when each request with
   * `NLM_F_ACK` has its `NLMSG_ERROR` (or `NLMSG_DONE`), told by sequence number; requests go out in several
   * system calls where needed, in order. `deadline` is in milliseconds from now and looked at between system
   * calls. Rejects with {@link ExchangeError}, `ECANCELED` if the socket is closed meanwhile.
   * Until it ends the socket can only be closed; the rest answers `EBUSY`. A socket for this joins no group.
   */
  async exchange(bytes: Uint8Array, deadline?: number): Promise<Uint8Array> {
    const begun = this.#native.exchange(bytes, deadline);
    if (typeof begun === 'number') throw new NativeError(-begun, 'sendmsg', 'send netlink requests');
    const { error, call, answers } = await begun;
    if (error < 0) throw new ExchangeError(-error, call, answers);
    return answers;
  }

  /**
   * Marks in shared memory when {@link send}, {@link joinSend} or a reflex waits for the kernel.
   *
   * `cells[1]` is 1 meanwhile and `cells[2]` the low 30 bits of the milliseconds since 1970 at its begin;
   * afterwards `cells[1]` is 0 and `cells[0]` one more.
   */
  markWaits(cells: Int32Array): void {
    const marked = this.#native.markWaits(cells);
    if (marked < 0) throw new NativeError(-marked, 'markWaits', 'mark waits for the kernel');
  }

  /**
   * Lets the watcher answer a notice with a request that was made ready for it ({@link arm}), before it calls back.
   *
   * It reads into this buffer, as {@link receive} does, which then gives what was read; only while `state[0]` is
   * not 0 and `state[1]` is. When it sent something, `request` has it, `state[2]` its length, `state[1]` its
   * sequence number (from 2³¹ on, so never 0) and `state[3]` the microseconds since it began to read. Nothing
   * given by that one `receive` is newer than the request. Whoever saw to it sets `state[1]` to 0.
   * `state[4]` is the nsid the request was sent to. From another namespace than the socket's own ({@link reach}) the
   * raw answer is there with it: `state[5]` bytes of `answer`.
   */
  useReflexes(
    into: Uint8Array,
    slot: number,
    found: Int32Array,
    state: Int32Array,
    request: Uint8Array,
    answer: Uint8Array,
  ): void {
    const used = this.#native.useReflexes(into, slot, found, new Uint8Array(state.buffer), request, answer);
    if (used < 0) throw new NativeError(-used, 'useReflexes', 'prepare for reflexes');
  }

  /** Takes the reflexes of a link in place of those it had; their layout is that of `programOf`. */
  arm({ nsid, ifindex }: LinkNumber, program: Uint8Array): void {
    const taken = this.#native.arm(nsid, ifindex, program);
    if (taken < 0) throw new NativeError(-taken, 'arm', `arm the reflexes of link ${ifindex}`);
  }

  disarm({ nsid, ifindex }: LinkNumber): void {
    this.#native.disarm(nsid, ifindex);
  }

  /** Says how requests of reflexes come into another namespace, which is heard from under an nsid. */
  reach(nsid: number, courier: Courier, { path, cookie }: NamedNamespace): void {
    const taken = this.#native.reach(nsid, courier.native, path, cookie);
    if (taken < 0) throw new NativeError(-taken, 'reach', `reach ${path}`);
  }

  /** Undoes {@link reach}, and takes away all reflexes of links there. */
  unreach(nsid: number): void {
    this.#native.unreach(nsid);
  }

  /** How many datagrams were lost for want of room since the socket was opened. */
  drops(): number {
    const count = this.#native.drops();
    if (count < 0) throw new NativeError(-count, 'getsockopt', 'count the losses of a netlink socket');
    return count;
  }

  /** Closes the socket and ends its watcher; does nothing a second time. */
  close(): void {
    this.#native.close();
  }

  #prepare({ receiveBuffer, strict, extendedAck, listenAllNsid }: SocketOptions): void {
    if (receiveBuffer !== undefined) this.#setReceiveBuffer(receiveBuffer);
    const flags: readonly (readonly [boolean | undefined, number, string])[] = [
      [strict, NETLINK_GET_STRICT_CHK, 'ask for strict checking of dumps'],
      [extendedAck, NETLINK_EXT_ACK, 'ask for extended acknowledgements'],
      [extendedAck, NETLINK_CAP_ACK, 'ask for short acknowledgements'],
      [listenAllNsid, NETLINK_LISTEN_ALL_NSID, 'listen to all namespaces'],
    ];
    for (const [wanted, option, attempt] of flags) {
      if (wanted === true) this.#setOption(SOL_NETLINK, option, 1, attempt);
    }
  }

  #filter(program: Uint8Array): void {
    const done = this.#native.filter(program);
    if (done < 0) throw new NativeError(-done, 'setsockopt', 'filter what a netlink socket receives');
  }

  #setReceiveBuffer(bytes: number): void {
    if (this.#native.setOption(SOL_SOCKET, SO_RCVBUFFORCE, bytes) === -EPERM) {
      this.#setOption(SOL_SOCKET, SO_RCVBUF, bytes, 'size the receive buffer');
    }
  }

  #setOption(level: number, option: number, value: number, attempt: string): void {
    const done = this.#native.setOption(level, option, value);
    if (done < 0) throw new NativeError(-done, 'setsockopt', attempt);
  }
}

/** Who connected a unix stream socket, as of the moment of `connect(2)`. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Says who is at the other end of a unix stream socket (`SO_PEERCRED`). */
export function peerCredentials(fd: number): PeerCredentials {
  const found = addon.peerCredentials(fd);
  if (typeof found === 'number') throw new NativeError(-found, 'getsockopt', 'tell who is at the other end');
  const [pid, uid, gid] = found;
  return { pid, uid, gid };
}

/**
 * The cookie of a network namespace, given by a descriptor, or of the caller's own.
 *
 * It is never used again until the next boot, unlike names and inodes (`SO_NETNS_COOKIE`, Linux 5.14).
 */
export function namespaceCookie(fd?: number): bigint {
  const found = addon.namespaceCookie(fd ?? -1);
  if (typeof found === 'number') throw new NativeError(-found, 'getsockopt', 'identify a network namespace');
  return found;
}

/** `CLOCK_MONOTONIC` in microseconds, as `MONOTONIC_USEC=` of `sd_notify(3)` wants it. */
export function bootTimeMicros(): number {
  return addon.bootTimeMicros();
}

/**
 * Makes a file if need be and locks it for this process (`flock(2)`); returns a descriptor, or `-errno`.
 *
 * `-EWOULDBLOCK` says that another holds it. The lock ends with the descriptor, hence with the process, and
 * the file stays: removing it would let two hold a lock on two files of one name.
 */
export function lockFile(path: string): number {
  return addon.lockFile(path);
}

/**
 * Sends one datagram to the unix socket of a path, which Node has no call for; returns its bytes, or `-errno`.
 *
 * It never waits: `-EAGAIN` says that the receiver's queue is full.
 */
export function sendDatagram(path: string, bytes: Uint8Array): number {
  return addon.sendDatagram(path, bytes);
}

/**
 * Connects to the unix stream socket of a path; returns a descriptor whose calls block, or `-errno`.
 *
 * For a program that has nothing to do until the answer is there: `node:net` takes 3 ms to load.
 */
export function connectStream(path: string): number {
  return addon.connectStream(path);
}

/** How large a terminal is, in characters; null for a descriptor that is none. `node:tty` loads `node:net` to say so. */
export function terminalSize(fd: number): { readonly columns: number; readonly rows: number } | null {
  const found = addon.terminalSize(fd);
  return typeof found === 'number' ? null : { columns: found[0], rows: found[1] };
}
