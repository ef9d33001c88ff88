import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import type { Arrivals } from './arrivals.ts';

/** What a test's helpers need of it: to put things away when it is over. */
export type Test = Pick<TestContext, 'after'>;

export interface Finished {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its exit code. */
export async function run(
  command: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; input?: string } = {},
): Promise<Finished> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: options.env, cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined); // it may not read what it is given
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | NodeJS.Signals>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => resolve(status ?? signal ?? 'SIGKILL'));
    }),
  ]);
  return { code, stdout, stderr };
}

/** Runs a command and gives its stdout; throws its stderr when it fails. */
export async function output(
  command: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, options);
  if (code !== 0) {
    throw new Error(`${command.join(' ')}: ${stderr.trim() || stdout.trim() || `ended with ${code}`}`);
  }
  return stdout;
}

/** Feeds the lines of a stream to `arrivals`, read by `parse`. */
export function readLines<T>(stream: Readable, arrivals: Arrivals<T>, parse: (line: string) => T): void {
  createInterface({ input: stream }).on('line', (line) => arrivals.push(parse(line)));
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    text += chunk;
  }
  return text;
}
