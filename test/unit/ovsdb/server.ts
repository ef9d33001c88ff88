import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { output } from '../../kernel/support/command.ts';

/** Why tests with a real server cannot run here, or false. */
export const skip = isInstalled('ovsdb-server') ? false : 'ovsdb-server is not installed';

export const vswitchSchema = '/usr/share/openvswitch/vswitch.ovsschema';

/** A server of the test's own, with one database in a folder of its own. */
export interface OvsdbServer {
  readonly folder: string;
  /** The file of its socket. */
  readonly socket: string;
  /** Resolves when it listens. */
  start(): Promise<void>;
  /** Ends it without a word, and resolves when it is gone. */
  kill(): Promise<void>;
  /** `SIGSTOP` and the like. */
  signal(name: NodeJS.Signals): void;
  /** `ovs-appctl` to it. */
  tell(...command: readonly string[]): Promise<string>;
}

export interface ServerOptions {
  /** The schema of its database; that of Open vSwitch itself. */
  readonly schema?: string | object;
  readonly started?: boolean;
}

/** Makes a database and a server for it. */
export async function ovsdbServer(t: TestContext, options: ServerOptions = {}): Promise<OvsdbServer> {
  const folder = scratchFolder(t);
  const [database, socket, control] = ['conf.db', 'db.sock', 'control'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await output(['ovsdb-tool', 'create', database, schemaFile(folder, options.schema ?? vswitchSchema)]);
  let child: ChildProcess | undefined;

  const server: OvsdbServer = {
    folder,
    socket,
    async start() {
      // It runs the command once it listens, and ends with it; that ends with its standard input, which is this process.
      const running = spawn(
        'ovsdb-server',
        [
          database,
          `--remote=punix:${socket}`,
          `--unixctl=${control}`,
          '-vconsole:off',
          '--run=sh -c "echo listening; exec cat"',
        ],
        { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] },
      );
      child = running;
      await new Promise<void>((resolve, reject) => {
        running.stdout.once('data', () => resolve());
        running.once('exit', (code) => reject(new Error(`ovsdb-server ended with ${code}`)));
        running.once('error', reject);
      });
    },
    async kill() {
      const running = child;
      child = undefined;
      if (running === undefined || running.exitCode !== null) return;
      const gone = new Promise((resolve) => running.once('close', resolve));
      running.kill('SIGKILL');
      running.stdin?.end();
      await gone;
    },
    signal: (name) => child?.kill(name),
    tell: (...command) => output(['ovs-appctl', '-t', control, ...command]),
  };
  t.after(() => server.kill());
  if (options.started !== false) await server.start();
  return server;
}

/** A folder that goes with the test; its name is short, for a socket's path has at most 107 bytes. */
export function scratchFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vnetd-ovsdb-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The file of a schema, which is made if it is given as an object. */
export function schemaFile(folder: string, schema: string | object): string {
  if (typeof schema === 'string') return schema;
  const file = join(folder, 'schema');
  writeFileSync(file, JSON.stringify(schema));
  return file;
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
