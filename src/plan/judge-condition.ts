import type { WantedLink } from '../model/declaration.ts';
import type { PlannedStep, Step } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import { rowOf } from '../reconcilers/index.ts';
import { waitingFor } from './creation.ts';
import { heldBack, planned } from './hold.ts';
import {
  type Condition,
  type Finding,
  type FoundLink,
  type Hold,
  type Memory,
  type Policy,
  type World,
  working,
} from './situation.ts';

interface ConditionJudgement {
  readonly findings: readonly Finding[];
  readonly steps: readonly PlannedStep[];
  readonly agreed: readonly { readonly at: string; readonly digest: string }[];
}

const nothing: ConditionJudgement = { findings: [], steps: [], agreed: [] };

/** What keeps something that is there from working: nothing that could be set. `isLeft`: something of it drifted and is left to an operator. */
export function judgeCondition(
  wanted: WantedLink,
  { condition, hasLinks }: FoundLink,
  memory: Memory,
  policy: Policy,
  { switched }: World,
  isLeft: boolean,
): ConditionJudgement {
  const how = memory.inForce.get(working)?.how;
  const isNews = how === undefined || how === 'left';
  if (condition === undefined)
    return hasLinks === true && isNews ? { ...nothing, agreed: [{ at: working, digest: working }] } : nothing;
  switch (condition.is) {
    case 'refused':
      if (isLeft) return nothing;
      return { ...nothing, findings: [finding({ why: 'refused', reason: condition.words })] };
    case 'waiting': {
      // What a link did that is declared itself is told with that.
      const isLost = condition.gone === true && !isNews && switched?.isDeclared(condition.for) !== true;
      return { ...nothing, findings: [finding(waiting(condition), isLost)] };
    }
    case 'detached':
      return judgeDetached(wanted, condition, memory, policy);
    default:
      return condition satisfies never;
  }
}

function judgeDetached(
  wanted: WantedLink,
  { link, isOwn, phase }: Extract<Condition, { readonly is: 'detached' }>,
  memory: Memory,
  policy: Policy,
): ConditionJudgement {
  const { id, kind } = wanted;
  const worked = memory.inForce.has(working);
  // Where its own link is gone nothing is lost by it.
  const need = isOwn ? 'live' : 'remake';
  const step: Step = { do: 'attach', id, kind, link, phase, fields: ofInterface(wanted) };
  // What was begun is brought to its end.
  const hold = phase === 'let go' ? heldBack(working, need, worked, memory.origin === null, policy) : null;
  const midway = phase === 'let go' ? {} : { midway: true as const };
  return {
    ...nothing,
    findings: [{ ...finding(hold, worked), need, ...midway }],
    steps: [planned(step, !isOwn, hold)],
  };
}

function finding(hold: Hold | null, drift = false): Finding {
  const change = { key: working, wanted: true, found: false } as const;
  return { at: working, change, need: 'remake', drift, hold };
}

function waiting({ for: name, to }: Extract<Condition, { readonly is: 'waiting' }>): Hold {
  return to === undefined
    ? waitingFor(name)
    : { why: 'waiting', for: name, reason: `waiting for ${name} to ${to}` };
}

/** What is declared of the interface itself, which may have to be made anew. */
function ofInterface({ kind, fields }: WantedLink): Values {
  return Object.fromEntries(
    Object.entries(fields).filter(([key]) => {
      const place = rowOf(kind, key)?.place;
      return place?.at === 'ovsdb' && place.table === 'Interface';
    }),
  );
}
