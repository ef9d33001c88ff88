import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { errorDocument } from './documents.ts';

/** How much may wait for a client that reads slower than things happen. */
export const bufferLimit = 1024 * 1024;

/** How long a client that was dropped may take to read what it was told last. */
const farewellMs = 10_000;

/** A client reading one JSON document a line, for as long as both sides last. */
export class LineStream {
  readonly #response: ServerResponse;
  readonly #ended = new AbortController();

  constructor(response: ServerResponse, stopping: AbortSignal) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.flushHeaders();
    const stop = () => this.part('stopping', 'vnetd is stopping');
    response.once('close', () => {
      stopping.removeEventListener('abort', stop);
      this.#ended.abort();
    });
    if (stopping.aborted) stop();
    else stopping.addEventListener('abort', stop, { once: true });
  }

  /** Aborts when the client is gone or was told its last line. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Says one document; a client with too much unread is dropped instead of waited for. */
  say(document: unknown): void {
    this.sayText(JSON.stringify(document));
  }

  /** The same for a document that is text already. */
  sayText(text: string): void {
    if (this.signal.aborted) return;
    const room =
      this.#response.writableLength === 0 || this.#response.writableLength + text.length <= bufferLimit;
    if (room) this.#response.write(`${text}\n`);
    else
      this.part(
        'too-slow',
        `more than ${bufferLimit} bytes were waiting to be read; lines are missing from here on`,
      );
  }

  /** Resolves when the client has taken in what was said, or is gone; drops it if that takes longer than `patienceMs`. */
  async taken(patienceMs?: number): Promise<void> {
    if (!this.#response.writableNeedDrain || this.signal.aborted) return;
    const timer =
      patienceMs === undefined
        ? undefined
        : setTimeout(() => this.part('too-slow', `nothing was read for ${patienceMs / 1000} s`), patienceMs);
    await once(this.#response, 'drain', { signal: this.signal }).catch(() => undefined);
    clearTimeout(timer);
  }

  /** Ends the stream after all was said. */
  end(): void {
    if (this.signal.aborted) return;
    this.#response.end();
    this.#ended.abort();
  }

  /** Ends the stream with a last line that says why. */
  part(code: string, message: string): void {
    if (this.signal.aborted) return;
    this.#response.end(`${JSON.stringify(errorDocument(code, message))}\n`);
    this.#ended.abort();
    const timer = setTimeout(() => this.#response.destroy(), farewellMs).unref();
    this.#response.once('close', () => clearTimeout(timer));
  }
}
