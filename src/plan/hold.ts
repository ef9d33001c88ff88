import type { PlannedStep, Step } from '../model/step.ts';
import type { ChangeNeed } from '../reconcilers/kind.ts';
import type { Hold, Policy } from './situation.ts';

export const bounces: ReadonlySet<ChangeNeed> = new Set([
  'down',
  'empty',
  'empty-and-down',
  'remake',
  'recreate',
]);

/** Why a difference that could be mended is left for now; `adopting`: the link was found so, and nobody has asked since. */
export function heldBack(
  at: string,
  need: ChangeNeed,
  drift: boolean,
  adopting: boolean,
  policy: Policy,
): Hold | null {
  const hold = policy.holds.get(at);
  if (hold !== undefined) return hold;
  if (policy.forced) return null;
  if (drift && policy.onDrift === 'alert') return { why: 'alert' };
  if (!bounces.has(need)) return null;
  if (adopting) return { why: 'adoption', need };
  return policy.disruptive === 'alert' ? { why: 'disruptive', need } : null;
}

export function planned(step: Step, disruptive: boolean, hold: Hold | null): PlannedStep {
  return { step, disruptive, withheld: hold === null ? null : sentence(hold) };
}

/** Why something is left, for plan and status. */
export function sentence(hold: Hold): string {
  switch (hold.why) {
    case 'waiting':
    case 'refused':
    case 'contested':
      return hold.reason;
    case 'busy':
      return 'the link is in use as it is';
    case 'alert':
      return 'left as it is (on_drift: alert)';
    case 'disruptive':
      return `left as it is (disruptive: alert): the link needs ${needWords[hold.need]}`;
    case 'adoption':
      return `left as it was found: the link needs ${needWords[hold.need]}`;
    default:
      return hold satisfies never;
  }
}

/** What a change needs, behind "the link needs". */
export const needWords: Readonly<Record<ChangeNeed, string>> = {
  live: 'nothing',
  down: 'to be taken down and up again',
  empty: 'to let go of its members for a moment',
  'empty-and-down': 'to be taken down, without its members, for a moment',
  remake: 'to be made anew by Open vSwitch',
  recreate: 'to be deleted and made again',
  fixed: 'to be another one',
};
