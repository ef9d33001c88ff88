import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { NETLINK_ROUTE } from '../wire/rtnetlink.ts';
import { addon, type NativeCourier, NativeError, type NativeMountTable } from './addon.ts';
import { ExchangeError } from './native.ts';

/** A network namespace with a name: where it is found, and which one it is. */
export interface NamedNamespace {
  /** `/run/netns/NAME`. */
  readonly path: string;
  /** SO_NETNS_COOKIE: never used again until the next boot. */
  readonly cookie: bigint;
}

/** The caller's own namespace, wherever that is found. */
export const here: NamedNamespace = { path: '', cookie: 0n };

/**
 * Takes requests into network namespaces, on a thread of its own; nothing of vnetd stays inside.
 * Where the name stands for another namespace by now, nothing is sent: `ESTALE`.
 */
export class Courier {
  /** For {@link NetlinkSocket.reach}. */
  readonly native: NativeCourier = new addon.Courier();

  /** Sends requests from inside, and waits until each with `NLM_F_ACK` is answered; throws {@link ExchangeError}. */
  run(
    to: NamedNamespace,
    port: number,
    requests: Uint8Array,
    deadline = Number.POSITIVE_INFINITY,
    protocol = NETLINK_ROUTE,
  ): Uint8Array {
    const result = this.native.run(to.path, to.cookie, port, requests, deadline, protocol);
    if (typeof result === 'number') throw new NativeError(-result, 'sendmsg', 'send netlink requests');
    const { error, call, answers } = result;
    if (error < 0) throw new ExchangeError(-error, call, answers);
    return answers;
  }

  /**
   * Makes an ioctl on a link; gives what `ifr_data` points to afterwards, throws {@link NativeError}.
   * How much the kernel writes there is between it and the caller: the data must have room for it.
   */
  call(to: NamedNamespace, link: string, request: number, data: Uint8Array): Uint8Array {
    const never = Number.POSITIVE_INFINITY;
    const result = this.native.run(to.path, to.cookie, 0, data, never, NETLINK_ROUTE, request, link);
    if (typeof result === 'number') throw new NativeError(-result, 'ioctl', `ask about the link ${link}`);
    const { error, call, answers } = result;
    if (error < 0) throw new NativeError(-error, call, `ask about the link ${link}`);
    return answers;
  }

  /** Marks in shared memory when {@link run} waits for the kernel, as NetlinkSocket.markWaits does. */
  markWaits(cells: Int32Array): void {
    const marked = this.native.markWaits(cells);
    if (marked < 0) throw new NativeError(-marked, 'markWaits', 'mark waits for the kernel');
  }
}

/** Makes a namespace with a name as `ip netns add` does, in a folder that is made shared; gives its cookie, throws {@link NativeError}. */
export function makeNamespace(folder: string, name: string): bigint {
  const made = addon.makeNamespace(folder, name);
  if (typeof made === 'bigint') return made;
  const [error, call] = made;
  throw new NativeError(-error, call, `make the network namespace ${name}`);
}

/** Takes a name away as `ip netns del` does, or a stale file of that name; throws {@link NativeError}. */
export function dropNamespace(folder: string, name: string): void {
  const dropped = addon.dropNamespace(folder, name);
  if (dropped === 0) return;
  const [error, call] = dropped;
  throw new NativeError(-error, call, `delete the network namespace ${name}`);
}

/** Whether a file of a name is there without the mount that makes it one of a namespace. */
export function isBare(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.dev === statSync(dirname(path)).dev;
}

/** The mounts this process sees. It does not keep the thread alive. */
export class MountTable {
  readonly #native: NativeMountTable = new addon.MountTable();
  #closed = false;

  /** Calls back from this thread's event loop when it is watched, which takes a turn, and after each change from then on. */
  watch(callback: () => void): void {
    const started = this.#native.watch(callback);
    if (started < 0) throw new NativeError(-started, 'epoll_ctl', 'watch the mount table');
    // libuv begins to watch when it next waits, between these two; the kernel counts changes before as known.
    setImmediate(() =>
      setImmediate(() => {
        if (!this.#closed) callback();
      }),
    );
  }

  close(): void {
    this.#closed = true;
    this.#native.close();
  }
}

/** What native/courier.cc does before it is there. */
const theWay: ReadonlySet<string> = new Set(['open', 'setns', 'getsockopt']);

/** Whether a courier failed on the way to another namespace: nothing has the name, or something else than was meant. */
export function lostTheWay(to: NamedNamespace, { syscall }: NativeError): boolean {
  return to !== here && theWay.has(syscall);
}
