/** The native addon as it is: bytes and `-errno`. */
import { join } from 'node:path';
import { getSystemErrorMap } from 'node:util';

export interface NativeSocket {
  open(protocol: number, namespace: number): number;
  failedCall(): string;
  fd(): number;
  portId(): number;
  setOption(level: number, option: number, value: number): number;
  filter(program: Uint8Array): number;
  send(bytes: Uint8Array): number;
  sendAside(bytes: Uint8Array): number;
  joinSend(): number;
  receive(into: Uint8Array, slot: number, found: Int32Array): number;
  wait(milliseconds: number): number;
  drops(): number;
  watch(callback: () => void): number;
  keep(loopAlive: boolean): void;
  exchange(bytes: Uint8Array, deadline?: number): number | Promise<ExchangeResult>;
  markWaits(cells: Int32Array): number;
  useReflexes(
    into: Uint8Array,
    slot: number,
    found: Int32Array,
    state: Uint8Array,
    request: Uint8Array,
    answer: Uint8Array,
  ): number;
  arm(nsid: number, ifindex: number, program: Uint8Array): number;
  disarm(nsid: number, ifindex: number): void;
  reach(nsid: number, courier: NativeCourier, path: string, cookie: bigint): number;
  unreach(nsid: number): void;
  close(): void;
}

/** What came of an exchange: 0 or `-errno`, the system call it came from, the raw answers as far as they came. */
export interface ExchangeResult {
  readonly error: number;
  readonly call: string;
  readonly answers: Uint8Array;
}

export interface NativeCourier {
  run(
    path: string,
    cookie: bigint,
    port: number,
    requests: Uint8Array,
    deadline: number,
    protocol?: number,
    ioctl?: number,
    link?: string,
  ): number | ExchangeResult;
  markWaits(cells: Int32Array): number;
}

export interface NativeMountTable {
  watch(callback: () => void): number;
  close(): void;
}

export interface NativeFolderWatch {
  watch(callback: () => void): number;
  read(): (string | null)[];
  close(): void;
}

interface Addon {
  readonly NetlinkSocket: new () => NativeSocket;
  readonly Courier: new () => NativeCourier;
  readonly MountTable: new () => NativeMountTable;
  readonly FolderWatch: new (path: string) => NativeFolderWatch;
  makeNamespace(folder: string, name: string): bigint | [error: number, call: string];
  dropNamespace(folder: string, name: string): 0 | [error: number, call: string];
  peerCredentials(fd: number): number | [pid: number, uid: number, gid: number];
  namespaceCookie(fd: number): number | bigint;
  bootTimeMicros(): number;
  lockFile(path: string): number;
  sendDatagram(path: string, bytes: Uint8Array): number;
  connectStream(path: string): number;
  terminalSize(fd: number): number | [columns: number, rows: number];
}

// build/ stands beside dist/ in a checkout and where installed. `require` would do the same, and take 2 ms to be made.
const loaded = { exports: {} };
process.dlopen(loaded, join(import.meta.dirname, '../../../build/Release/vnetd.node'));
export const addon = loaded.exports as Addon;

/** What the kernel refused: its errno, by number and by name, and the system call that returned it. */
export class NativeError extends Error {
  override readonly name: string = 'NativeError';
  /** The name of the errno, as in `EPERM`. */
  readonly code: string;
  /** The errno, positive. */
  readonly errno: number;
  readonly syscall: string;

  /** @param attempt what was attempted, in words that follow "cannot" */
  constructor(errno: number, syscall: string, attempt: string) {
    const [code, words] = getSystemErrorMap().get(-errno) ?? [`E${errno}`, `error ${errno}`];
    super(`cannot ${attempt}: ${words} (${code} from ${syscall})`);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
  }
}
