import { closeSync, readSync, writeSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { connectStream } from '../netlink/native.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  /** Reads in the event loop, until this is aborted: for what takes its time. Without it reading blocks the thread. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * An HTTP/1.1 request over a unix socket (RFC 9112), as far as vnetd speaks it: bodies by length or in chunks.
 * Without Node's own client and its streams: loading and running them took half as long as an empty Node does.
 */
export async function request(socketPath: string, { method, target, signal }: Request): Promise<Answer> {
  signal?.throwIfAborted();
  const fd = connectStream(socketPath);
  if (fd < 0) throw refused(fd, socketPath);
  const length = method === 'POST' ? 'Content-Length: 0\r\n' : '';
  writeSync(fd, `${method} ${target} HTTP/1.1\r\nHost: vnetd\r\nConnection: close\r\n${length}\r\n`);
  const reader = new Reader(signal === undefined ? blocking(fd) : inLoop(fd, signal));
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(await reader.line());
  if (status === null) throw new BrokenOff('this is not HTTP');
  const headers = await headersFrom(reader);
  return { status: Number(status[1]), body: bodyFrom(reader, headers), close: () => reader.close() };
}

export interface Answer {
  readonly status: number;
  /** The body in pieces, as they arrive; throws {@link BrokenOff} where it ends too early. */
  readonly body: AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** The other side ended in the middle of its answer. */
export class BrokenOff extends Error {}

function refused(negative: number, socketPath: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(negative);
  return Object.assign(new Error(`connect ${code} ${socketPath}`), { code });
}

/** More than a thousand objects take. */
const pieceBytes = 1 << 18;

async function* blocking(fd: number): AsyncGenerator<Buffer, void, undefined> {
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const length = readSync(fd, piece, 0, pieceBytes, null);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

async function* inLoop(fd: number, signal: AbortSignal): AsyncGenerator<Buffer, void, undefined> {
  const { Socket } = await import('node:net');
  yield* new Socket({ fd, signal });
}

async function headersFrom(reader: Reader): Promise<ReadonlyMap<string, string>> {
  const headers = new Map<string, string>();
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

async function* bodyFrom(reader: Reader, headers: ReadonlyMap<string, string>): AsyncGenerator<Buffer> {
  if (headers.get('transfer-encoding') !== 'chunked') {
    yield* reader.bytes(Number(headers.get('content-length') ?? 0));
    return;
  }
  for (;;) {
    const size = Number.parseInt(await reader.line(), 16);
    if (Number.isNaN(size)) throw new BrokenOff('this is not a chunk');
    yield* reader.bytes(size);
    await reader.line();
    if (size === 0) return;
  }
}

class Reader {
  readonly #pieces: AsyncGenerator<Buffer, void, undefined>;
  #unread: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncGenerator<Buffer, void, undefined>) {
    this.#pieces = pieces;
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#unread.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#unread.toString('latin1', 0, end);
        this.#unread = this.#unread.subarray(end + 2);
        return line;
      }
      const more = await this.#more();
      this.#unread = this.#unread.length === 0 ? more : Buffer.concat([this.#unread, more]);
    }
  }

  /** The next so many bytes, in pieces as they arrive. */
  async *bytes(count: number): AsyncGenerator<Buffer> {
    let left = count;
    while (left > 0) {
      if (this.#unread.length === 0) this.#unread = await this.#more();
      const piece = this.#unread.subarray(0, left);
      this.#unread = this.#unread.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Hangs up. */
  async close(): Promise<void> {
    await this.#pieces.return();
  }

  async #more(): Promise<Buffer> {
    const next = await this.#pieces.next();
    if (next.done === true) throw new BrokenOff('the answer ends too early');
    return next.value;
  }
}
