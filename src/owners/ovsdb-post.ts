import type { Switches } from '../inventory/switches.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Operation } from '../ovsdb/operations.ts';
import type { TransactionOutcome } from '../ovsdb/outcome.ts';
import { numberAt } from '../ovsdb/row.ts';
import { onlyNeeded } from './only-needed.ts';
import { type SwitchJob, writeLetter } from './ovsdb.ts';
import { missedIn, overtakenIn } from './ovsdb-premises.ts';
import type { Performed } from './performer.ts';

/** Any refusal of the database's; its words say more. */
const EINVAL = 22;

/** Where transactions go, and how everything stands when they are written. */
export interface Post {
  readonly switches: Switches;
  transact(operations: readonly Operation[]): Promise<TransactionOutcome>;
}

/** What came of a transaction. */
interface Reply {
  readonly outcome: Outcome;
  /** What came of it for one of its steps. */
  of(step: Step): Outcome;
  /** The number of the change that ovs-vswitchd has to have taken up before more can be said; 0 for none. */
  readonly until: number;
}

const overtaken: Outcome = { is: 'overtaken' };

/**
 * Asks for the steps of all jobs together; if that is refused, for those of each half, so that one bad thing stays one
 * bad thing, and what another writer was quicker than costs only the job it is of. Tells what each job came to, and
 * answers with the last change that ovs-vswitchd has to take up.
 */
export async function sendAll<Job extends SwitchJob>(
  post: Post,
  jobs: readonly Job[],
  tell: (job: Job, results: readonly Performed[]) => void,
): Promise<number> {
  const reply = await send(post, jobs);
  const refused = reply.outcome.is === 'refused';
  const lost = refused
    ? jobs.filter(({ steps }) => steps.some((step) => reply.of(step).is === 'overtaken'))
    : [];
  if (lost.length > 0) {
    for (const job of lost)
      tell(
        job,
        withOutcome(job, () => overtaken),
      );
    return sendAll(
      post,
      jobs.filter((job) => !lost.includes(job)),
      tell,
    );
  }
  if (refused && jobs.length > 1) {
    const middle = jobs.length >> 1;
    const first = await sendAll(post, jobs.slice(0, middle), tell);
    return Math.max(first, await sendAll(post, jobs.slice(middle), tell));
  }
  const [only] = jobs;
  if (refused && only !== undefined && isDivisible(only)) {
    const { results, last } = await oneByOne(post, only);
    tell(only, results);
    return last;
  }
  for (const job of jobs)
    tell(
      job,
      withOutcome(job, (step) => reply.of(step)),
    );
  return reply.until;
}

function withOutcome({ steps }: SwitchJob, of: (step: Step) => Outcome): readonly Performed[] {
  return steps.map((step) => ({ step, outcome: of(step) }));
}

function isDivisible({ steps }: SwitchJob): boolean {
  return steps.length > 1 || steps.some((step) => 'fields' in step && Object.keys(step.fields).length > 1);
}

/** One refused field never keeps the others out: what was refused together is asked for one by one. */
async function oneByOne(
  post: Post,
  { id, steps }: SwitchJob,
): Promise<{ readonly results: readonly Performed[]; readonly last: number }> {
  const results: Performed[] = [];
  let last = 0;
  const alone = async (step: Step): Promise<Outcome> => {
    const reply = await send(post, [{ id, steps: [step] }]);
    last = Math.max(last, reply.until);
    return reply.of(step);
  };
  for (const step of steps) {
    if (step.do === 'create') {
      const whole = await alone(step);
      const fields = onlyNeeded(step.kind, step.fields);
      // What it then lacks is seen when it is looked at again, and asked for by a `set`.
      const outcome = whole.is === 'refused' ? await alone({ ...step, fields }) : whole;
      results.push({ step, outcome });
      continue;
    }
    if (step.do !== 'set') {
      results.push({ step, outcome: await alone(step) });
      continue;
    }
    const fields: Record<string, Outcome> = {};
    for (const [key, value] of Object.entries(step.fields))
      fields[key] = await alone({ ...step, fields: { [key]: value } });
    const refused = Object.values(fields).find(({ is }) => is !== 'done');
    results.push({ step, outcome: refused ?? { is: 'done' }, fields });
  }
  return { results, last };
}

async function send(post: Post, jobs: readonly SwitchJob[]): Promise<Reply> {
  const { operations, shares, unsent } = writeLetter(jobs, post.switches);
  const reply = (outcome: Outcome, tooLate: ReadonlySet<Step>, until = 0): Reply => ({
    outcome,
    of: (step) => unsent.get(step) ?? (tooLate.has(step) ? overtaken : outcome),
    until,
  });
  if (operations.length === 0) return reply({ is: 'done' }, new Set());
  const answer = await post.transact(operations);
  switch (answer.is) {
    case 'done': {
      const row = answer.results.findLast(({ rows }) => rows !== undefined)?.rows?.[0];
      return reply({ is: 'done' }, missedIn(answer.results, shares), numberAt(row ?? {}, 'next_cfg') ?? 0);
    }
    case 'refused':
      return reply(
        { is: 'refused', errno: EINVAL, words: answer.words },
        overtakenIn(operations, shares, post.switches),
      );
    case 'lost':
      return reply({ is: 'not-sent', why: answer.words }, new Set());
    case 'not-sent':
      return reply({ is: 'not-sent', why: answer.why }, new Set());
    default:
      return answer satisfies never;
  }
}
