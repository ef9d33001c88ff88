import type { Slice } from '../wire/bytes.ts';

const CHUNK = 256 * 1024;

/**
 * Room for the messages of a full read, many in one buffer: a buffer for each costs more than what is in it.
 * A chunk lives as long as one of its messages does.
 */
export class Arena {
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;

  copy({ view, start, end }: Slice): Slice {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.max(CHUNK, length));
      this.#view = new DataView(this.#bytes.buffer);
      this.#used = 0;
    }
    const at = this.#used;
    this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + start, length), at);
    this.#used = (at + length + 3) & ~3;
    return { view: this.#view, start: at, end: at + length };
  }
}
