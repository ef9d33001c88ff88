import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findKernel, isKernelName, kernelNames } from './lab/kernels.ts';
import { readDurations, writeDurations } from './runner/durations.ts';
import { compiledOf, findJobs, type Job } from './runner/jobs.ts';
import { kindTable, readKinds, untestedKinds } from './runner/kinds.ts';
import { list, say, tally, tellAll, tellJob, titleOf } from './runner/report.ts';
import type { TestResult } from './runner/results.ts';
import { runJob, type Settings } from './runner/run-job.ts';

const usage = `node dist/test/run.js [--kernel NAME]… [--only PATTERN] [--soak] [--jobs N] [--json FILE] [FILE…]
  --kernel NAME   only on this kernel: ${kernelNames.join(', ')}
  --only PATTERN  only top-level tests whose name matches
  --soak          whole campaigns ($VNETD_CAMPAIGN 1 and not 0.1), ten times the patience
  --jobs N        how many boots at a time (2)
  --json FILE     writes the results there`;

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kernel: { type: 'string', multiple: true, default: [] },
      only: { type: 'string' },
      soak: { type: 'boolean', default: false },
      jobs: { type: 'string', default: '2' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(usage);
    return 0;
  }
  const stranger = values.kernel.find((name) => !isKernelName(name));
  if (stranger !== undefined) {
    throw new Error(`no kernel ${stranger}; there are ${kernelNames.join(', ')}`);
  }
  const jobs = findJobs({
    files: positionals.map((file) => compiledOf(resolve(file))),
    kernels: values.kernel.filter(isKernelName),
  });
  const whole = positionals.length === 0 && values.kernel.length === 0 && values.only === undefined;

  const results = await runAll(longestFirst(jobs), Number(values.jobs), {
    only: values.only,
    campaign: process.env.VNETD_CAMPAIGN ?? (values.soak ? '1' : '0.1'),
    patience: values.soak ? 10 : 1,
    kernels: findKernels(jobs),
    signal: interrupted.signal,
  });

  tellAll(results);
  const kinds = await readKinds();
  list('Kinds, and how many of their tests passed', kindTable(whole ? kinds : [], results));
  const untested = whole ? untestedKinds(kinds, results) : [];
  const all = [...results, ...untested.map(untestedKind)];
  list('Kinds no test passed for', untested);
  if (values.json !== undefined) {
    writeFileSync(values.json, JSON.stringify(all, null, 1));
  }
  if (all.length === 0) {
    say('no tests');
  }
  say();
  say(tally(all));
  return all.length > 0 && all.every(({ state }) => state !== 'failed') ? 0 : 1;
}

/** Looks for all of them before anything runs. */
function findKernels(jobs: readonly Job[]): Settings['kernels'] {
  const names = new Set(jobs.map(({ on }) => on));
  return new Map([...names].flatMap((name) => (name === 'here' ? [] : [[name, findKernel(name)] as const])));
}

async function runAll(jobs: readonly Job[], atATime: number, settings: Settings): Promise<TestResult[]> {
  const durations = readDurations();
  const results: TestResult[] = [];
  const waiting = [...jobs];
  const work = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const outcome = await runJob(job, settings);
      tellJob(job, outcome);
      results.push(...outcome.results);
      durations.set(titleOf(job), Math.round(outcome.ms));
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  writeDurations(durations);
  return results;
}

/** What runs here without a boot comes first, for its news is quick; of the rest the long ones, and unknown ones first. */
function longestFirst(jobs: readonly Job[]): Job[] {
  const durations = readDurations();
  const weight = (job: Job) => (job.on === 'here' ? Infinity : (durations.get(titleOf(job)) ?? 1e9));
  return [...jobs].sort((a, b) => weight(b) - weight(a));
}

function untestedKind(name: string): TestResult {
  return {
    state: 'failed',
    name: `the kind ${name} is tested on some kernel`,
    file: 'src/reconcilers',
    kernel: 'host',
    ms: 0,
    detail: "No passing test says t.diagnostic('kind: …') of it.",
    kinds: [],
  };
}
