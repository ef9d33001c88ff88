import { ownerOfStep, rowOf } from '../reconcilers/index.ts';
import { waitingFor } from './creation.ts';
import { type Finding, type Judgement, working } from './situation.ts';

const hold = waitingFor('Open vSwitch');

const notFollowed: Finding = {
  at: working,
  change: { key: working, wanted: true, found: false },
  need: 'remake',
  drift: false,
  hold,
};

/** What there is to be done for an object while its rows are as they were read last: what the kernel keeps of it. The rest waits. */
export function whileAway(kind: string, { findings, steps, ...judged }: Judgement): Judgement {
  const isOfRows = (at: string) => at === 'exists' || rowOf(kind, at)?.place.at === 'ovsdb';
  const others = findings.filter(({ at }) => at !== working);
  return {
    ...judged,
    findings: [notFollowed, ...others.map((one) => (isOfRows(one.at) ? { ...one, hold } : one))],
    steps: steps.filter(({ step }) => ownerOfStep(kind, step) === 'kernel'),
  };
}
