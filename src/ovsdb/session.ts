import { isUtf8 } from 'node:buffer';
import { connect, type Socket } from 'node:net';
import { Framer } from './framing.ts';
import { arrayIn, excerpt, Garbled, isObject, type Json, type JsonObject } from './json.ts';
import { Probe } from './probe.ts';

/** Why a connection is no more, with words for an operator. */
export interface Closure {
  readonly is: /** It did not come about, or broke; the words are the system's. */
    | 'unreachable'
    /** It is there, and this process may not open it; the words are the system's. */
    | 'forbidden'
    /** The server closed it, as it does when it ends or when its databases change. */
    | 'ended'
    /** The server answered no probe. */
    | 'silent'
    /** What the server sent breaks the protocol. */
    | 'garbled'
    /** The server does not have what is needed of it. */
    | 'unfit'
    /** The database was taken away, or another put in its place. */
    | 'replaced'
    /** It was closed here. */
    | 'aborted';
  readonly words: string;
}

/** What the server answered to a request; its error is `"word"` or `{ "error": "word", "details": "…" }`. */
export type Reply =
  | { readonly is: 'result'; readonly result: Json }
  | { readonly is: 'error'; readonly error: Json };

export interface SessionOptions {
  /** The file of the server's socket. */
  readonly path: string;
  /** So long the server may be silent before it is asked for a sign of life; milliseconds. */
  readonly idleMs: number;
  /** So long it may then take to give one. */
  readonly answerMs: number;
  connected(): void;
  /** A notification came. May throw {@link Garbled}. */
  notified(method: string, params: readonly Json[]): void;
  /** The connection is over; the last call, and made once. Open requests stay unanswered. */
  closed(closure: Closure): void;
}

/**
 * One connection to an OVSDB server: JSON-RPC 1.0 over a unix socket (RFC 7047 section 4).
 * Replies and notifications are given on in the order they came, inside the same turn of the event loop: what depends
 * on that order is done in the callbacks, not after an `await`.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #socket: Socket;
  readonly #framer = new Framer();
  readonly #probe: Probe;
  readonly #pending = new Map<number, (reply: Reply) => void>();
  #nextId = 1;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#socket = connect({ path: options.path });
    this.#probe = new Probe({
      idleMs: options.idleMs,
      answerMs: options.answerMs,
      ask: () => this.request('echo', [], () => undefined),
      dead: () => this.close({ is: 'silent', words: 'the server does not answer' }),
    });
    this.#socket.on('connect', () => {
      if (!this.#closed) options.connected();
    });
    this.#socket.on('data', (piece) => this.#receive(piece));
    this.#socket.on('end', () => this.close({ is: 'ended', words: 'the server closed the connection' }));
    this.#socket.on('error', ({ code, message }: NodeJS.ErrnoException) =>
      this.close({ is: code === 'EACCES' ? 'forbidden' : 'unreachable', words: message }),
    );
  }

  /** Sends a request; `answered` is called with the reply unless the connection ends first. Gives the request's id. */
  request(method: string, params: readonly Json[], answered: (reply: Reply) => void): number {
    const id = this.#nextId++;
    this.#pending.set(id, answered);
    this.#send({ method, params, id });
    return id;
  }

  notify(method: string, params: readonly Json[]): void {
    this.#send({ method, params, id: null });
  }

  close(closure: Closure): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#probe.stop();
    this.#pending.clear();
    this.#socket.destroy();
    this.#options.closed(closure);
  }

  #send(message: JsonObject): void {
    if (!this.#closed) this.#socket.write(JSON.stringify(message));
  }

  #receive(piece: Uint8Array): void {
    this.#probe.heard();
    try {
      for (const document of this.#framer.cut(piece)) {
        if (this.#closed) return;
        this.#take(parse(document));
      }
    } catch (error) {
      if (!(error instanceof Garbled)) throw error;
      this.close({ is: 'garbled', words: `the server breaks the protocol: ${error.message}` });
    }
  }

  #take(message: Json): void {
    if (!isObject(message)) throw new Garbled(`a message that is no object: ${excerpt(message)}`);
    const { method, id = null } = message;
    if (method === undefined) this.#takeReply(message);
    else if (typeof method !== 'string') throw new Garbled(`no method: ${excerpt(method)}`);
    else if (id === null) this.#options.notified(method, arrayIn(message.params, `params of ${method}`));
    else if (method === 'echo') this.#send({ result: message.params ?? [], error: null, id });
    else this.#send({ result: null, error: 'unknown method', id });
  }

  /** ovsdb-server leaves out the one of `result` and `error` that would be null. */
  #takeReply({ id, result = null, error = null }: JsonObject): void {
    const answered = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (answered === undefined) throw new Garbled(`an answer nobody asked for, id ${excerpt(id)}`);
    this.#pending.delete(id as number);
    answered(error === null ? { is: 'result', result } : { is: 'error', error });
  }
}

function parse(document: Uint8Array): Json {
  if (!isUtf8(document)) throw new Garbled('a document that is not UTF-8');
  const text = Buffer.from(document.buffer, document.byteOffset, document.byteLength).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Garbled(`no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An error of RFC 7047 section 3.1 in one line, the server's own words: `constraint violation: …`. */
export function errorText(error: Json): string {
  if (typeof error === 'string') return error;
  if (!isObject(error) || typeof error.error !== 'string') return excerpt(error);
  return typeof error.details === 'string' ? `${error.error}: ${error.details}` : error.error;
}
