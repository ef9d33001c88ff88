import { readdirSync, readFileSync } from 'node:fs';

/** What a process has used since it was started, its living threads together. */
export interface Usage {
  readonly cpuMs: number;
  readonly rssMiB: number;
  readonly threads: readonly ThreadUsage[];
}

export interface ThreadUsage {
  readonly name: string;
  readonly cpuMs: number;
}

/** Reads proc(5): CPU to the nanosecond from schedstat, which a thread takes with it when it ends, memory from status. */
export function usageOf(pid: number): Usage {
  const threads = readdirSync(`/proc/${pid}/task`).map((id) => threadUsage(`/proc/${pid}/task/${id}`));
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { cpuMs: threads.reduce((sum, { cpuMs }) => sum + cpuMs, 0), rssMiB: kibibytes / 1024, threads };
}

function threadUsage(folder: string): ThreadUsage {
  const name = readFileSync(`${folder}/comm`, 'utf8').trim();
  const onProcessor = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
  return { name, cpuMs: onProcessor / 1e6 };
}
