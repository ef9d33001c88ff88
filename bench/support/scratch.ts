import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from '../../test/kernel/support/command.ts';

const PREFIX = 'vnetd-bench-';

/** What a figure leaves behind, put away in reverse order when it is over, or when the run is broken off. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), PREFIX));
  #works: (() => unknown)[] = [];

  constructor() {
    this.after(() => rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 }));
  }

  after(work: () => unknown): void {
    this.#works.push(work);
  }

  async close(): Promise<void> {
    for (let work = this.#works.pop(); work !== undefined; work = this.#works.pop()) await work();
  }
}

let namespaces = 0;

/** A network namespace of this run, and how to enter it. */
export interface Namespace {
  readonly name: string;
  /** Put before a command it makes that run in the namespace. */
  readonly enter: readonly string[];
  /** Runs lines of ip(8) in one process. */
  batch(lines: readonly string[]): Promise<void>;
}

/** Makes a network namespace with nothing in it but `lo`, up. */
export async function makeNamespace(scratch: Scratch): Promise<Namespace> {
  namespaces += 1;
  const name = `${PREFIX}${process.pid}-${namespaces}`;
  await output(['ip', 'netns', 'add', name]);
  scratch.after(() => output(['ip', 'netns', 'del', name]).catch(() => undefined));
  const enter = ['nsenter', `--net=/run/netns/${name}`];
  const batch = async (lines: readonly string[]) => {
    await output([...enter, 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
  };
  await batch(['link set lo up']);
  return { name, enter, batch };
}

/**
 * Leaves IPv6 out of a namespace, for all links made from then on.
 *
 * With it the kernel walks all routes of the namespace when a link changes its MTU or goes down (rt6_mtu_change and
 * rt6_sync_down_dev in net/ipv6/route.c), so that the foreign request itself gets slower with each link there is.
 */
export async function leaveOutIpv6({ enter }: Namespace): Promise<void> {
  const script = 'for one in all default; do echo 1 >/proc/sys/net/ipv6/conf/$one/disable_ipv6; done';
  await output([...enter, 'sh', '-c', `[ ! -e /proc/sys/net/ipv6 ] || { ${script}; }`]);
}

/** Deletes the namespaces of runs that were broken off or killed, and ends what still runs in them. */
export function sweepUp(): void {
  const ip = (...args: string[]) => execFileSync('ip', ['netns', ...args], { encoding: 'utf8' });
  for (const line of ip('list').split('\n')) {
    const name = line.split(' ')[0] ?? '';
    const [, owner] = /^vnetd-bench-(\d+)-/.exec(name) ?? [];
    if (owner === undefined || (Number(owner) !== process.pid && isAlive(Number(owner)))) continue;
    for (const pid of ip('pids', name).split('\n')) if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    ip('del', name);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
