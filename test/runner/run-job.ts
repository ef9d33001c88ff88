import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Kernel, KernelName } from '../lab/kernels.ts';
import { readEvents, type TestEvent } from './events.ts';
import { type Job, root, sourceOf } from './jobs.ts';
import { resultsOf, type TestResult } from './results.ts';

export interface Settings {
  readonly only: string | undefined;
  /** Scales the campaigns: how many cases a property, how many rounds a storm. */
  readonly campaign: string;
  /** Multiplies the files' timeouts. */
  readonly patience: number;
  readonly kernels: ReadonlyMap<KernelName, Kernel>;
  readonly signal: AbortSignal;
}

export interface JobOutcome {
  readonly results: readonly TestResult[];
  /** The end of what the tests and the kernel printed. */
  readonly output: string;
  readonly ms: number;
}

/** Runs a job to its end; a kernel that died, a timeout and a file without tests are failed results too. */
export async function runJob(job: Job, settings: Settings): Promise<JobOutcome> {
  const scratch = mkdtempSync(join(tmpdir(), 'vnetd-test-'));
  try {
    const events = join(scratch, 'events');
    const started = performance.now();
    const { code, output } = await run(commandOf(job, settings, scratch), {
      env: environment(job, settings, events),
      signal: settings.signal,
      // uml-run and host-run keep the time themselves, and say more when it is over.
      timeout: (secondsOf(job, settings) + 30) * 1000,
    });
    const reported = readEvents(events);
    const results = resultsOf(job, reported, code, {
      chosen: settings.only !== undefined,
      seconds: secondsOf(job, settings),
    });
    return {
      results,
      output: job.on === 'here' && reported.length > 0 ? printedByFailed(reported) : output,
      ms: performance.now() - started,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Of many files run together, what those printed in which something failed. */
function printedByFailed(events: readonly TestEvent[]): string {
  const failed = new Set(events.flatMap((event) => (event.event === 'fail' ? [sourceOf(event.file)] : [])));
  return events
    .map((event) => (event.event === 'output' && failed.has(sourceOf(event.file)) ? event.text : ''))
    .join('');
}

function commandOf(job: Job, settings: Settings, scratch: string): string[] {
  const node = [process.execPath, '--enable-source-maps', `--test-reporter=${root}/dist/test/reporter.js`];
  node.push('--test-reporter-destination=stdout');
  if (settings.only !== undefined) {
    node.push(`--test-name-pattern=${settings.only}`);
  }
  if (job.on === 'here') {
    return [...node, '--test', ...job.files];
  }
  // Without --test: one process less, and 0.3 s in User-mode Linux.
  const kernel = settings.kernels.get(job.on);
  if (kernel === undefined) {
    throw new Error(`kernel ${job.on} was not looked for`);
  }
  return kernel([...node, ...job.files], {
    seconds: secondsOf(job, settings),
    memory: job.marker.memory,
    kernelArguments: job.marker.kernelArguments,
    systemd: job.marker.systemd,
    writable: [scratch],
  });
}

function secondsOf(job: Job, settings: Settings): number {
  return (job.on === 'here' ? 600 : job.marker.seconds) * settings.patience;
}

/** Tests see nothing of the caller's environment but what is meant for them. */
function environment(job: Job, settings: Settings, events: string): NodeJS.ProcessEnv {
  const meant = Object.entries(process.env).filter(([name]) => name.startsWith('VNETD_TEST_'));
  return {
    ...Object.fromEntries(meant),
    PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: process.env.HOME ?? '/root',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    VNETD_CAMPAIGN: settings.campaign,
    VNETD_TEST_KERNEL: job.on === 'here' ? 'host' : job.on,
    VNETD_TEST_EVENTS: events,
  };
}

/** Resolves to the exit code, or the signal that ended it. */
async function run(
  command: readonly string[],
  options: { env: NodeJS.ProcessEnv; signal: AbortSignal; timeout: number },
): Promise<{ code: number | NodeJS.Signals; output: string }> {
  // The child dies with this process, however that dies.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    ...options,
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-65_536);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const code = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, killer) => resolve(status ?? killer ?? 'SIGKILL'));
  });
  return { code, output };
}
