import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Namespace, Scratch } from './scratch.ts';

const DELETES_A_SECOND = 2;

/** Links of somebody else's that come and go. */
export interface Churn {
  /** Ends it, and says how many came a second, and went again. */
  stop(): Promise<number>;
}

/**
 * Lets veth pairs come and go, as containers do, so many pairs a second.
 * They go by group: each deletion by itself would hold the kernel's rtnl lock for some 20 ms.
 */
export function churn(scratch: Scratch, namespace: Namespace, aSecond: number): Churn {
  const [program = '', ...args] = [...namespace.enter, 'ip', '-force', '-batch', '-'];
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(child, 'exit');
  child.stdin.on('error', () => undefined); // it may have been ended
  scratch.after(() => {
    clearInterval(timer);
    child.kill('SIGKILL');
  });
  const begun = performance.now();
  let made = 0;
  let deletions = 0;
  const timer = setInterval(() => {
    const seconds = (performance.now() - begun) / 1000;
    for (; made < seconds * aSecond; made++)
      child.stdin.write(`link add c${made} group 77 type veth peer name d${made}\n`);
    for (; deletions < Math.floor(seconds * DELETES_A_SECOND); deletions++)
      child.stdin.write('link del group 77\n');
  }, 20);
  return {
    async stop() {
      clearInterval(timer);
      const seconds = (performance.now() - begun) / 1000;
      child.stdin.end('link del group 77\n');
      await ended;
      return made / seconds;
    },
  };
}
