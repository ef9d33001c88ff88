import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Arrivals } from './arrivals.ts';
import { readLines, type Test } from './command.ts';
import { until } from './until.ts';

/** A line of `ip monitor`. */
export interface Notice {
  /** When `ip` read it: milliseconds since the epoch, exact to the microsecond. */
  readonly at: number;
  /** `LINK`, `ADDR`, `ROUTE`, `NEIGH`, `RULE`, `NSID`, … */
  readonly about: string;
  readonly deleted: boolean;
  readonly text: string;
}

type Subject = 'link' | 'address' | 'route' | 'neigh' | 'rule' | 'nexthop' | 'netconf' | 'nsid' | 'all';

/**
 * Listens to what the kernel announces with `ip monitor`, from the moment this resolves until the test is over.
 * `enter` is that of a namespace to listen in.
 */
export async function monitor(
  t: Test,
  { subjects = ['all'], enter = [] }: { subjects?: readonly Subject[]; enter?: readonly string[] } = {},
): Promise<Arrivals<Notice>> {
  const [program = '', ...args] = [...enter, 'ip', '-oneline', '-tshort'];
  const child = spawn(program, [...args, 'monitor', 'label', ...subjects], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const notices = new Arrivals<Notice>();
  readLines(child.stdout, notices, parse);
  child.on('close', () => notices.end());
  await until(() => child.exitCode !== null || isListening(child.pid), {
    within: 10_000,
    what: `ip monitor ${subjects.join(' ')} listens`,
  });
  if (child.exitCode !== null) {
    throw new Error(`ip monitor ended with ${child.exitCode}`);
  }
  return notices;
}

/** Whether the process has a netlink socket that is member of a group. /proc/net/netlink: netlink_native_seq_show(). */
function isListening(pid: number | undefined): boolean {
  const lines = readFileSync(`/proc/${pid}/net/netlink`, 'utf8').split('\n').slice(1);
  return lines.some((line) => {
    const [, , port, groups = '0'] = line.trim().split(/\s+/);
    return port === String(pid) && Number.parseInt(groups, 16) !== 0;
  });
}

function parse(line: string): Notice {
  const [, time = '', about = '', deleted, text = ''] =
    /^\[(.*?)\] \[(\w+)\](Deleted )?(.*)$/.exec(line) ?? [];
  const [seconds = '', micros = '0'] = time.split('.');
  return {
    at: Date.parse(`${seconds}Z`) + Number(micros) / 1000,
    about,
    deleted: deleted !== undefined,
    text: text.replace(/\\\s*/g, ' ').trim(),
  };
}
