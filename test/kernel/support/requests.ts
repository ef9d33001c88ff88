import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { Arrivals } from './arrivals.ts';
import { readLines, type Test } from './command.ts';
import type { Namespace } from './namespace.ts';

const tap = resolve(import.meta.dirname, '../../../../test/kernel/support/requests.py');
const NLMON = 'nlmon0';

/** A request to rtnetlink; its port is 0 where the sender left it out. */
export interface NetlinkRequest {
  /** RTM_* (linux/rtnetlink.h). */
  readonly type: number;
  readonly port: number;
  readonly sequence: number;
}

/** Whether it only asks (RTM_GETLINK, RTM_GETADDR, …): rtnetlink numbers them NEW, DEL, GET, SET in fours. */
export function isRead({ type }: NetlinkRequest): boolean {
  return (type & 3) === 2;
}

/** Listens to every request to rtnetlink in a namespace, through an nlmon link made there. */
export async function requests(t: Test, ns: Namespace): Promise<Arrivals<NetlinkRequest>> {
  await ns.ipBatch([`link add ${NLMON} type nlmon`, `link set ${NLMON} up`]);
  const [program = '', ...args] = [...ns.enter, '/usr/bin/python3', tap, NLMON];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const all = new Arrivals<NetlinkRequest>();
  readLines(child.stdout, all, (line) => JSON.parse(line) as NetlinkRequest);
  child.on('close', () => all.end());
  await all.first(({ type }) => type === 0, { within: 10_000, what: 'the tap listens' });
  return all;
}
