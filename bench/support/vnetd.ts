import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compiled } from './programs.ts';
import { root } from './root.ts';
import type { Namespace, Scratch } from './scratch.ts';

/** Where a vnetd has its files; kept, they make the next one its successor. */
export interface Home {
  readonly config: string;
  readonly state: string;
  readonly runtime: string;
  readonly log: string;
}

let homes = 0;

export function makeHome(scratch: Scratch): Home {
  homes += 1;
  const folder = join(scratch.folder, `home${homes}`);
  const home = {
    config: join(folder, 'etc/vnetd'),
    state: join(folder, 'lib'),
    runtime: join(folder, 'run'),
  };
  for (const one of Object.values(home)) mkdirSync(one, { recursive: true, mode: 0o755 });
  return { ...home, log: join(folder, 'log') };
}

/** Writes a file of the configuration as an editor does: whole, under its name at once. */
export function writeConfiguration({ config }: Home, name: string, text: string): void {
  const path = join(config, name);
  writeFileSync(`${path}.tmp`, text, { mode: 0o644 });
  renameSync(`${path}.tmp`, path);
}

/** A vnetd that runs as its users run it, its log in a file. */
export interface Vnetd {
  readonly pid: number;
  readonly home: Home;
  /** From before it was spawned to READY=1. */
  readonly readyMs: number;
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<void>;
  /** One request to its socket: the body, and how long the answer took. */
  ask(path: string, method?: 'GET' | 'POST'): Promise<Answer>;
}

export interface Answer {
  readonly body: string;
  readonly ms: number;
}

/** Starts bin/vnetd in the namespace and waits for READY=1. `nodeArgs` go to Node itself. */
export async function startVnetd(
  scratch: Scratch,
  namespace: Namespace,
  home: Home,
  options: {
    readonly nodeArgs?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** More of the command line. */
    readonly args?: readonly string[];
  } = {},
): Promise<Vnetd> {
  const notify = join(scratch.folder, `notify${Math.random().toString(36).slice(2)}`);
  const receiver = spawn(compiled('ready'), [notify], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: receiver.stdout });
  await once(lines, 'line');
  const ready = once(lines, 'line') as Promise<[string]>;
  const log = openSync(home.log, 'a');
  const folders = ['--config-dir', home.config, '--state-dir', home.state, '--runtime-dir', home.runtime];
  // Run by its first line, which has flags for Node; what is preloaded comes by the environment.
  const [program = '', ...args] = [
    ...namespace.enter,
    join(root, 'bin/vnetd'),
    ...folders,
    ...(options.args ?? []),
  ];
  const begun = process.hrtime.bigint();
  const child = spawn(program, args, {
    env: {
      ...process.env,
      NOTIFY_SOCKET: notify,
      NODE_OPTIONS: (options.nodeArgs ?? []).join(' '),
      ...options.env,
    },
    stdio: ['ignore', log, log],
  });
  const ended = endOf(child);
  scratch.after(async () => {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await ended;
    receiver.kill();
  });
  const early = ended.then(() => undefined);
  const line = await Promise.race([ready.then(([text]) => text), early]);
  if (line === undefined) {
    throw new Error(`vnetd ended before it was ready\n${readFileSync(home.log, 'utf8').slice(-2000)}`);
  }
  return {
    pid: child.pid ?? 0,
    home,
    readyMs: Number(BigInt(line) - begun) / 1e6,
    signal: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
      receiver.kill();
    },
    ask: (path, method = 'GET') => ask(join(home.runtime, 'vnetd.sock'), path, method),
  };
}

/** Waits until all that is declared now is in sync; throws with the first that is not at the deadline. */
export async function inSync(vnetd: Vnetd, withinMs = 120_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  await vnetd.ask('/v1/reload', 'POST');
  for (;;) {
    const { objects } = JSON.parse((await vnetd.ask('/v1/status')).body) as {
      objects: { id: string; state: string; reason: string | null }[];
    };
    const other = objects.find(({ state }) => state !== 'in-sync');
    if (other === undefined) return;
    if (performance.now() > deadline) throw new Error(`${other.id} is ${other.state}: ${other.reason}`);
  }
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

function ask(socketPath: string, path: string, method: string): Promise<Answer> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve({ body, ms: performance.now() - begun });
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${body}`));
      });
    });
    call.on('error', reject);
    call.end();
  });
}
