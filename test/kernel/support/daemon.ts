import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Arrivals } from './arrivals.ts';
import { type Finished, readLines, run, type Test } from './command.ts';
import type { Json } from './ip.ts';
import { type Notification, notifySocket } from './notify-socket.ts';

const root = resolve(import.meta.dirname, '../../../..');

export interface DaemonOptions {
  /** YAML by file name: `{ '10-links.yaml': 'links: …' }`. */
  readonly files?: Readonly<Record<string, string>>;
  /** More of the command line: `['--once']`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What enters the namespace that is to be its host namespace: `enter` of `inNamespace`. */
  readonly enter?: readonly string[];
  /** Whether to wait for READY=1; default true. */
  readonly ready?: boolean;
}

/** A line of the daemon's log: its priority, and the fields where it is JSON. */
export interface JournalLine {
  readonly priority: number | undefined;
  readonly fields: Json;
  readonly text: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Answer extends Finished {
  /** stdout read as one JSON document; undefined where it is none. */
  readonly json: unknown;
  /** stdout read as one JSON document a line. */
  readonly lines: readonly Json[];
}

/** A vnetd that runs with folders of its own; it is killed when the test is over. */
export interface Daemon {
  readonly pid: number;
  readonly folders: Folders;
  readonly journal: Arrivals<JournalLine>;
  readonly notifications: Arrivals<Notification>;
  /** Writes a file of the configuration as an editor does: whole, under its name at once. */
  write(name: string, yaml: string): void;
  remove(name: string): void;
  /** Runs vnetctl against it; `--json` is added. */
  vnetctl(...args: string[]): Promise<Answer>;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
  readonly exit: Promise<Exit>;
}

/** Where a vnetd has its files. Given to a second one, they make it the successor of the first. */
export interface Folders {
  readonly config: string;
  readonly state: string;
  readonly runtime: string;
}

/** Makes the three folders, empty, until the test is over. */
export function makeFolders(t: Test): Folders {
  const scratch = mkdtempSync(join(tmpdir(), 'vnetd-'));
  // Hooks run in the order they were given: a daemon may still write there.
  t.after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 }));
  const folders = {
    config: join(scratch, 'etc'),
    state: join(scratch, 'lib'),
    runtime: join(scratch, 'run'),
  };
  for (const folder of Object.values(folders)) {
    mkdirSync(folder, { mode: 0o755 });
  }
  return folders;
}

/** Starts bin/vnetd in the current network namespace and waits until it says READY=1. */
export async function startDaemon(
  t: Test,
  options: DaemonOptions = {},
  folders: Folders = makeFolders(t),
): Promise<Daemon> {
  const { files = {}, args = [], env = {}, enter = [], ready = true } = options;
  const write = (name: string, yaml: string) => {
    const path = join(folders.config, name);
    writeFileSync(`${path}.tmp`, yaml, { mode: 0o644 });
    renameSync(`${path}.tmp`, path);
  };
  for (const [name, yaml] of Object.entries(files)) {
    write(name, yaml);
  }

  const { path: NOTIFY_SOCKET, notifications } = await notifySocket(t);
  const journal = new Arrivals<JournalLine>();
  const [program = '', ...rest] = [...enter, join(root, 'bin/vnetd'), ...flagsOf(folders), ...args];
  const child = spawn(program, rest, {
    env: { ...process.env, NOTIFY_SOCKET, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = exitOf(child);
  t.after(async () => {
    child.kill('SIGKILL');
    await exit.catch(() => undefined);
    // A helper it started may live on and hold the pipes.
    child.stdout.destroy();
    child.stderr.destroy();
  });
  const read = (line: string) => {
    console.log(`vnetd[${child.pid}]: ${line}`); // shown with a test that failed
    return readJournalLine(line);
  };
  readLines(child.stdout, journal, read);
  readLines(child.stderr, journal, read);
  child.on('close', () => journal.end());
  const pid = child.pid;
  if (pid === undefined) {
    await exit; // rejects: it could not be spawned
    throw new Error('not spawned');
  }

  const daemon: Daemon = {
    pid,
    folders,
    journal,
    notifications,
    exit,
    write,
    remove: (name) => rmSync(join(folders.config, name)),
    vnetctl: (...words) => vnetctl(folders, ...words),
    signal: (signal) => void child.kill(signal),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exit;
    },
  };
  if (ready) {
    await becomesReady(daemon);
  }
  return daemon;
}

/** Runs vnetctl against the daemon of these folders, there or not; `--json` is added. */
export async function vnetctl(folders: Folders, ...args: string[]): Promise<Answer> {
  const finished = await run([join(root, 'bin/vnetctl'), ...args, '--json'], {
    env: { ...process.env, VNETD_SOCKET: join(folders.runtime, 'vnetd.sock') },
  });
  const lines = finished.stdout.split('\n').filter((line) => line !== '');
  return {
    ...finished,
    json: parsed(finished.stdout),
    lines: lines.map((line) => (parsed(line) ?? {}) as Json),
  };
}

function flagsOf({ config, state, runtime }: Folders): string[] {
  return ['--config-dir', config, '--state-dir', state, '--runtime-dir', runtime];
}

async function becomesReady({ notifications, journal, exit }: Daemon): Promise<void> {
  const ready = notifications.first(({ fields }) => fields.READY === '1', {
    within: 30_000,
    what: 'READY=1',
  });
  const early = await Promise.race([ready.then(() => undefined), exit]);
  if (early !== undefined) {
    ready.catch(() => undefined); // it is not waited for any longer
    const said = journal.seen.map(({ text }) => text).join('\n');
    throw new Error(`vnetd ended with ${early.code ?? early.signal} before it was ready\n${said}`);
  }
}

/** Resolves when it has ended and its last lines are read; a helper that holds its pipes is not waited for long. */
async function exitOf(child: ChildProcess): Promise<Exit> {
  const patience = 500;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const timer = setTimeout(() => resolve({ code, signal }), patience);
      child.on('close', () => {
        clearTimeout(timer);
        resolve({ code, signal });
      });
    });
  });
}

/** sd-daemon(3): a line may begin with its priority, `<4>`. */
function readJournalLine(line: string): JournalLine {
  const [, priority, text = line] = /^<([0-7])>(.*)$/.exec(line) ?? [];
  return {
    priority: priority === undefined ? undefined : Number(priority),
    fields: (parsed(text) ?? {}) as Json,
    text,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
