import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** From dist/test/unit/cli/ up to the checkout. */
export const checkout = fileURLToPath(new URL('../../../../', import.meta.url));

/** Runs a command line with bin/ on the PATH, and what is given in the environment. */
export async function shell(
  commandLine: string,
  environment: Record<string, string>,
  cwd?: string,
): Promise<Ended> {
  const child = spawn('/bin/sh', ['-c', commandLine], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    env: { PATH: `${checkout}bin:${process.env.PATH}`, TZ: 'UTC', LANG: 'C.UTF-8', ...environment },
  });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  stream.setEncoding('utf8');
  let text = '';
  for await (const piece of stream) text += piece as string;
  return text;
}
