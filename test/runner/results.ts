import type { KernelName } from '../lab/kernels.ts';
import type { TestEvent } from './events.ts';
import { type Job, sourceOf } from './jobs.ts';

/** How one test went on one kernel. `detail` is the error, or why it was skipped. */
export interface TestResult {
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly name: string;
  /** The source, from the checkout's root. */
  readonly file: string;
  readonly kernel: KernelName;
  readonly ms: number;
  readonly detail: string;
  /** The link kinds it says it tested: `t.diagnostic('kind: bridge')`. */
  readonly kinds: readonly string[];
}

/** What `uml-run` and `host-run` exit with. */
const timedOut = 124;
const died = 125;

/** Reads a job's results off its events, and off how its process ended where that says more. */
export function resultsOf(
  job: Job,
  events: readonly TestEvent[],
  code: number | NodeJS.Signals,
  { chosen, seconds }: { chosen: boolean; seconds: number },
): TestResult[] {
  const results: TestResult[] = [];
  for (const event of events) {
    const result = resultOf(job, event);
    if (result !== undefined) {
      results.push(result);
    } else if (event.event === 'diagnostic') {
      countKind(results, event.message);
    }
  }
  const reason = deathOf(events, code, seconds, results) ?? (chosen ? undefined : emptiness(results));
  if (reason !== undefined) {
    results.push({ ...resultAt(job, job.files.length === 1 ? job.files[0] : undefined), ...reason });
  }
  return results;
}

function resultOf(job: Job, event: TestEvent): TestResult | undefined {
  if (event.event !== 'pass' && event.event !== 'fail' && event.event !== 'skip') {
    return undefined;
  }
  const told = { ...resultAt(job, event.file || job.files[0]), name: event.name, ms: event.ms };
  switch (event.event) {
    case 'pass':
      // `node --test` takes a file without tests for a test that passed.
      return event.name.endsWith('.test.js')
        ? { ...told, state: 'failed', name: '(no tests)', detail: 'The file has no tests.' }
        : { ...told, state: 'passed' };
    case 'fail':
      return { ...told, state: 'failed', detail: event.error };
    case 'skip':
      // How Node 20 reports what a name pattern leaves out.
      return event.reason === 'test name does not match pattern'
        ? undefined
        : { ...told, state: 'skipped', detail: event.reason };
  }
}

function resultAt(job: Job, file: string | undefined): TestResult {
  return {
    state: 'failed',
    name: '',
    file: file === undefined ? job.name : sourceOf(file),
    kernel: job.on === 'here' ? 'host' : job.on,
    ms: 0,
    detail: '',
    kinds: [],
  };
}

/** node:test reports the diagnostics of a test right behind the test. */
function countKind(results: TestResult[], message: string): void {
  const kind = /^kind: *(\S+)$/.exec(message)?.[1];
  const last = results.pop();
  if (last !== undefined) {
    results.push(kind === undefined ? last : { ...last, kinds: [...last.kinds, kind] });
  }
}

type Reason = Pick<TestResult, 'name' | 'detail'>;

function deathOf(
  events: readonly TestEvent[],
  code: number | NodeJS.Signals,
  seconds: number,
  results: readonly TestResult[],
): Reason | undefined {
  if (code === timedOut || code === 'SIGTERM') {
    return { name: '(timed out)', detail: `Not over after ${seconds} s; ${lastSign(events)}.` };
  }
  if (code === died) {
    return { name: '(kernel died)', detail: `The kernel ended before the tests did; ${lastSign(events)}.` };
  }
  if (code !== 0 && !results.some(({ state }) => state === 'failed')) {
    return { name: '(process died)', detail: `It ended with ${code}; ${lastSign(events)}.` };
  }
  return undefined;
}

function emptiness(results: readonly TestResult[]): Reason | undefined {
  return results.length === 0 ? { name: '(no tests)', detail: 'There are no tests in it.' } : undefined;
}

function lastSign(events: readonly TestEvent[]): string {
  const last = events.findLast(({ event }) => event !== 'output' && event !== 'diagnostic');
  switch (last?.event) {
    case undefined:
      return 'no test had begun';
    case 'running':
      return `it was running "${last.name}"`;
    default:
      return 'its tests were over: something they left behind (a process, a socket, a timer) holds Node';
  }
}
