import type { Job } from './jobs.ts';
import type { TestResult } from './results.ts';
import type { JobOutcome } from './run-job.ts';

export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function titleOf(job: Job): string {
  return `${job.name} on ${job.on === 'here' ? 'host' : job.on}`;
}

/** One line for a job that is over; behind it in full what failed, and what was printed meanwhile. */
export function tellJob(job: Job, { results, output, ms }: JobOutcome): void {
  const failed = results.filter(({ state }) => state === 'failed');
  const verdict = failed.length === 0 ? 'ok  ' : 'FAIL';
  say(`${verdict} ${seconds(ms).padStart(8)}  ${titleOf(job)}: ${tally(results)}`);
  for (const result of failed) {
    say();
    say(`  FAIL ${nameOf(result)}`);
    say(indented(result.detail, '    '));
  }
  if (failed.length > 0) {
    if (output.trim() !== '') {
      say();
      say('  it printed');
      say(indented(output.trimEnd(), '  | '));
    }
    say();
  }
}

/** The same once more in short, the slow ones, and what was left out and why. */
export function tellAll(results: readonly TestResult[]): void {
  const slowest = results.filter(({ ms }) => ms > 0).sort((a, b) => b.ms - a.ms);
  list(
    'Slowest',
    slowest.slice(0, 10).map((result) => `${seconds(result.ms).padStart(8)}  ${nameOf(result)}`),
  );
  const skipped = results.filter(({ state }) => state === 'skipped');
  list(
    'Skipped',
    skipped.map((result) => `${nameOf(result)}: ${result.detail}`),
  );
  const failed = results.filter(({ state }) => state === 'failed');
  list('Failed', failed.map(nameOf));
}

export function list(title: string, lines: readonly string[]): void {
  if (lines.length > 0) {
    say();
    say(title);
    for (const line of lines) {
      say(`  ${line}`);
    }
  }
}

/** `3 passed, 0 failed, 0 skipped`, which is the last line of a run too. */
export function tally(results: readonly TestResult[]): string {
  const count = (state: TestResult['state']) => results.filter((result) => result.state === state).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}

function nameOf({ kernel, file, name }: TestResult): string {
  return `${file} > ${name} [${kernel}]`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 100 ? 2 : 1)} s`;
}

function indented(text: string, indent: string): string {
  return text.replace(/^/gm, indent);
}
