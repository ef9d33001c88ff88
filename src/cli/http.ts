import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * An HTTP/1.1 request over a unix socket (RFC 9112), as far as vnetd speaks it: bodies by length or in chunks.
 * Node's own client does the same and takes 10 ms longer to load, a sixth of what a whole `vnetctl status` takes.
 */
export async function request(
  socketPath: string,
  method: 'GET' | 'POST',
  target: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const socket = connect({ path: socketPath, ...(signal && { signal }) });
  await once(socket, 'connect');
  const length = method === 'POST' ? 'Content-Length: 0\r\n' : '';
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: vnetd\r\nConnection: close\r\n${length}\r\n`);
  const reader = new Reader(socket);
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(await reader.line());
  if (status === null) throw new BrokenOff('this is not HTTP');
  const headers = await headersFrom(reader);
  return {
    status: Number(status[1]),
    text: decoded(bodyFrom(reader, headers)),
    close: () => socket.destroy(),
  };
}

export interface Answer {
  readonly status: number;
  /** The body in pieces, as they arrive; throws {@link BrokenOff} where it ends too early. */
  readonly text: AsyncIterable<string>;
  close(): void;
}

/** The other side ended in the middle of its answer. */
export class BrokenOff extends Error {}

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

async function* decoded(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of body) yield decoder.decode(bytes, { stream: true });
}

class Reader {
  readonly #chunks: AsyncIterator<Buffer>;
  #unread: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#chunks = socket[Symbol.asyncIterator]();
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
      this.#unread = Buffer.concat([this.#unread, await this.#more()]);
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

  async #more(): Promise<Buffer> {
    const next = await this.#chunks.next();
    if (next.done === true) throw new BrokenOff('the answer ends too early');
    return next.value;
  }
}
