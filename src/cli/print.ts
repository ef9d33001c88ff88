import { writeSync } from 'node:fs';

/**
 * Writes to standard output, and returns when all of it is written.
 * `process.stdout` would load streams, `node:net` and `node:tty` first, a sixth of what an empty Node takes.
 */
export function print(text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Whoever reads from us and has seen enough (`| head`) closes the pipe: no reason to complain.
      if (code === 'EPIPE') process.exit();
      // Somebody who has the same pipe or terminal made it non-blocking (O_NONBLOCK, open(2)), and it is full.
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
