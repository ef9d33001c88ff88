import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output, run, type Test } from './command.ts';
import { until } from './until.ts';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const within = 30_000;

/** An Open vSwitch of a test's own: its database and its ovs-vswitchd, ended when the test is over. */
export interface OpenVSwitch {
  /** Where its database listens, as vnetd is told: `unix:` and a path. */
  readonly address: string;
  readonly database: string;
  /** Where its sockets and files are: `OVS_RUNDIR` for its own tools. */
  readonly folder: string;
  /** ovs-vsctl(8) with these words; `--no-wait` has to be among them while ovs-vswitchd does not run. */
  vsctl(...words: string[]): Promise<string>;
  /** The value of a column as ovs-vsctl(8) shows it, without its quotes. */
  get(table: string, record: string, column: string): Promise<string>;
  /** `bare`: without the row that stands for the switch as a whole, as a database is before `ovs-vsctl init`. */
  startServer(bare?: 'bare'): Promise<void>;
  init(): Promise<void>;
  stopServer(signal?: NodeJS.Signals): Promise<void>;
  /** Has the server of the database stand still, or go on. */
  stallServer(isStalled: boolean): void;
  startSwitch(): Promise<void>;
  stopSwitch(signal?: NodeJS.Signals): Promise<void>;
  /** Replaces the database by an empty one, while its server does not run. */
  wipe(): Promise<void>;
  /** The log of all transactions (ovsdb-tool(1)): another text when there was one more. */
  log(): Promise<string>;
  /** How many changes were ever asked for (`next_cfg`). */
  changes(): Promise<number>;
}

/** Whether there is an Open vSwitch to test with, or why not. */
export function lacksOpenVSwitch(): string | false {
  return existsSync(SCHEMA) ? false : 'Open vSwitch is not installed';
}

/** Makes the files of an Open vSwitch in a folder of its own, and starts it; `enter` leads into its namespace. */
export async function openVSwitch(
  t: Test,
  enter: readonly string[],
  options: {
    readonly started?: boolean;
    readonly log?: boolean;
    /** Columns of table Port that its schema lacks, as that of an older release does. */
    readonly portsWithout?: readonly string[];
  } = {},
): Promise<OpenVSwitch> {
  const folder = mkdtempSync(join(tmpdir(), 'ovs-'));
  const at = (file: string) => join(folder, file);
  const socket = at('db.sock');
  const database = at('conf.db');
  const env = {
    ...process.env,
    OVS_RUNDIR: folder,
    OVS_DBDIR: folder,
    OVS_LOGDIR: folder,
    OVS_SYSCONFDIR: folder,
  };
  const running: { server?: ChildProcess | undefined; vswitch?: ChildProcess | undefined } = {};

  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  for (const column of options.portsWithout ?? []) delete schema.tables.Port.columns[column];
  writeFileSync(at('schema'), JSON.stringify(schema));
  const create = () => output(['ovsdb-tool', 'create', database, at('schema')]);
  const start = (words: readonly string[]) => {
    const [program = '', ...rest] = [...enter, ...words];
    return spawn(program, rest, { env, stdio: 'ignore' });
  };
  const vsctl = (...words: string[]) =>
    output([...enter, 'ovs-vsctl', `--db=unix:${socket}`, '--timeout=30', ...words]);

  const ovs: OpenVSwitch = {
    address: `unix:${socket}`,
    database,
    folder,
    vsctl: async (...words) => (await vsctl(...words)).trim(),
    get: async (table, record, column) =>
      (await vsctl('get', table, record, column)).trim().replaceAll('"', ''),
    async startServer(bare) {
      running.server = start([
        'ovsdb-server',
        database,
        `--remote=punix:${socket}`,
        '--log-file=/dev/null',
        `--pidfile=${at('ovsdb-server.pid')}`,
      ]);
      await until(() => existsSync(socket), { within, what: 'ovsdb-server listens' });
      if (bare === undefined) await ovs.init();
    },
    async init() {
      const command = [...enter, 'ovs-vsctl', `--db=unix:${socket}`, '--no-wait', 'init'];
      await until(async () => (await run(command)).code === 0, { within, what: 'the database is there' });
    },
    stopServer: (signal = 'SIGTERM') => {
      const { server } = running;
      running.server = undefined;
      return ended(server, signal);
    },
    stallServer: (isStalled) => void running.server?.kill(isStalled ? 'SIGSTOP' : 'SIGCONT'),
    async startSwitch() {
      running.vswitch = start([
        'ovs-vswitchd',
        `unix:${socket}`,
        `--log-file=${at('vswitchd.log')}`,
        '--disable-system-route',
        `--pidfile=${at('ovs-vswitchd.pid')}`,
      ]);
      await vsctl('list-br');
    },
    stopSwitch: (signal = 'SIGTERM') => {
      const { vswitch } = running;
      running.vswitch = undefined;
      return ended(vswitch, signal);
    },
    async wipe() {
      rmSync(database);
      await create();
    },
    log: () => output(['ovsdb-tool', 'show-log', '-m', database]),
    changes: async () => Number(await vsctl('--no-wait', 'get', 'Open_vSwitch', '.', 'next_cfg')),
  };

  t.after(async () => {
    await ovs.stopSwitch('SIGKILL');
    await ovs.stopServer('SIGKILL');
    if (options.log !== false && existsSync(at('vswitchd.log')))
      console.log(readFileSync(at('vswitchd.log'), 'utf8')); // shown with a test that failed
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
  });
  await create();
  if (options.started !== false) {
    await ovs.startServer();
    await ovs.startSwitch();
  }
  return ovs;
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await over;
}
