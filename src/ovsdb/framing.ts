import { Garbled } from './json.ts';

/** No document is larger, in bytes: a hundred thousand ports take about 60 MiB. */
export const MOST_BYTES = 256 * 1024 * 1024;
/** What ovsdb-server itself reads goes no deeper (JSON_MAX_HEIGHT in lib/json.c). */
export const MOST_DEPTH = 1000;

const [TAB, NEWLINE, RETURN, SPACE, QUOTE, BACKSLASH] = [0x09, 0x0a, 0x0d, 0x20, 0x22, 0x5c] as const;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d] as const;

/**
 * Cuts a stream of bytes into JSON documents (RFC 7047 section 4: objects one behind the other, nothing between them).
 * Each byte is looked at once and copied a bounded number of times, in whatever pieces the stream comes. What is in a
 * document is for `JSON.parse` to judge; only where it ends is found here.
 */
export class Framer {
  readonly #mostBytes: number;
  /** The beginning of the document of which the end is still out. */
  #kept = new Uint8Array(0);
  #keptLength = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /** The documents that end in this piece; each is to be read before the next is asked for. Throws {@link Garbled}. */
  *cut(piece: Uint8Array): Generator<Uint8Array, void> {
    let start = 0;
    while (start < piece.length) {
      if (this.#depth === 0) start = beginning(piece, start);
      if (start === piece.length) return;
      const end = this.#scan(piece, start);
      if (this.#keptLength + end - start > this.#mostBytes) {
        throw new Garbled(`a document of more than ${this.#mostBytes} bytes`);
      }
      if (this.#depth > 0) {
        this.#keep(piece.subarray(start, end));
        return;
      }
      yield this.#whole(piece.subarray(start, end));
      start = end;
    }
  }

  /** Goes to behind the end of the document, or to that of the piece. */
  #scan(piece: Uint8Array, start: number): number {
    let [at, depth, inString, escaped] = [start, this.#depth, this.#inString, this.#escaped];
    do {
      const byte = piece[at++];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) escaped = true;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (++depth > MOST_DEPTH) throw new Garbled(`a document more than ${MOST_DEPTH} levels deep`);
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    } while (depth > 0 && at < piece.length);
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return at;
  }

  /** Room is doubled, so that a document in pieces of one byte is copied no more than twice over. */
  #keep(bytes: Uint8Array): void {
    const length = this.#keptLength + bytes.length;
    if (length > this.#kept.length) {
      const room = new Uint8Array(Math.max(length, 2 * this.#kept.length, 4096));
      room.set(this.#kept.subarray(0, this.#keptLength));
      this.#kept = room;
    }
    this.#kept.set(bytes, this.#keptLength);
    this.#keptLength = length;
  }

  #whole(rest: Uint8Array): Uint8Array {
    if (this.#keptLength === 0) return rest;
    this.#keep(rest);
    const document = this.#kept.subarray(0, this.#keptLength);
    this.#kept = new Uint8Array(0);
    this.#keptLength = 0;
    return document;
  }
}

/** Where the next document begins, or the end of the piece. */
function beginning(piece: Uint8Array, start: number): number {
  for (let at = start; at < piece.length; at++) {
    const byte = piece[at];
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return at;
    if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) {
      throw new Garbled(`byte 0x${(byte ?? 0).toString(16).padStart(2, '0')} where a document should begin`);
    }
  }
  return piece.length;
}
