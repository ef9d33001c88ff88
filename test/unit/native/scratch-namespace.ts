import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { TestContext } from 'node:test';

/** Why tests that make network namespaces cannot run here, or false. */
export const needsRoot = process.getuid?.() === 0 ? false : 'making a network namespace needs root';

/** A network namespace without a name, held by a process of its own. */
export interface ScratchNamespace {
  readonly pid: number;
  /** A descriptor of it. */
  readonly fd: number;
  /** Runs lines of `ip -batch` in it. */
  ip(lines: readonly string[]): void;
  /** Starts the same without waiting; resolves to the exit code. */
  ipLater(lines: readonly string[]): Promise<number>;
}

/** Makes a network namespace that ends with the test. */
export async function scratchNamespace(test: TestContext): Promise<ScratchNamespace> {
  const holder = spawn('unshare', ['-n', 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  // cat echoes only once unshare(1) has moved and become it.
  holder.stdin.write('.');
  await once(holder.stdout, 'data');
  const { pid } = holder;
  if (pid === undefined) throw new Error('unshare did not start');
  const fd = openSync(`/proc/${pid}/ns/net`, 'r');
  test.after(async () => {
    closeSync(fd);
    const exited = once(holder, 'exit');
    holder.stdin.end();
    await exited;
  });
  const command = ['-t', String(pid), '-n', 'ip', '-batch', '-'];
  return {
    pid,
    fd,
    ip(lines) {
      const { status, stderr } = spawnSync('nsenter', command, { input: `${lines.join('\n')}\n` });
      if (status !== 0) throw new Error(String(stderr));
    },
    async ipLater(lines) {
      const ip = spawn('nsenter', command, { stdio: ['pipe', 'inherit', 'inherit'] });
      ip.stdin.end(`${lines.join('\n')}\n`);
      const [code] = await once(ip, 'exit');
      return code;
    },
  };
}
