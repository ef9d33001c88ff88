import type { WantedLink } from '../model/declaration.ts';
import { kindNamed } from '../reconcilers/index.ts';
import { missing } from './creation.ts';
import { fieldSteps } from './field-steps.ts';
import { judgeCondition } from './judge-condition.ts';
import { judgeFields } from './judge-fields.ts';
import { misnamed, ofAnotherKind, otherAddress, strayMaster } from './judge-identity.ts';
import { judgeLists } from './judge-lists.ts';
import {
  type Finding,
  type FoundLink,
  inStep,
  type Judgement,
  type Memory,
  type Policy,
  type World,
  working,
} from './situation.ts';

/** Compares a declared link with what is found, and says what to do. Pure: no clock, no kernel, no log. */
export function judge(
  wanted: WantedLink,
  found: FoundLink | undefined,
  memory: Memory,
  policy: Policy,
  world: World,
): Judgement {
  const kind = kindNamed(wanted.kind);
  if (kind === undefined) throw new RangeError(`no kind named ${wanted.kind}`);
  if (policy.onDrift === 'ignore' && memory.origin !== null) return inStep;
  if (found === undefined) return missing(wanted, kind, memory, policy, world);
  const other = ofAnotherKind(wanted, kind, found, memory, policy, world);
  if (other !== undefined) return other;
  if (found.name !== wanted.name) return misnamed(wanted, found, policy, world);
  const fields = judgeFields(wanted, kind, found, memory, policy, world);
  fields.findings.push(
    ...otherAddress(wanted, kind, found, memory, policy),
    ...strayMaster(wanted, found, memory, policy),
  );
  // What was found different and is left so is the cause of what Open vSwitch cannot do with it.
  const isLeft = fields.findings.some(({ hold }) => hold?.why === 'alert');
  const condition = judgeCondition(wanted, found, memory, policy, world, isLeft);
  // Before what only follows from it: that there is no link of its own.
  fields.findings.unshift(...condition.findings);
  fields.agreed.push(...condition.agreed);
  const lists = judgeLists(wanted, kind, found, memory, policy, world);
  const counts = [fields.findings, fields.agreed, lists.findings, lists.steps, lists.agreed];
  if (counts.every(({ length }) => length === 0)) return inStep;
  return {
    findings: [...fields.findings, ...lists.findings],
    steps: [
      ...fieldSteps(wanted, kind, found, settable(fields.findings), memory, world),
      ...condition.steps,
      ...lists.steps,
    ],
    agreed: [...fields.agreed, ...lists.agreed],
  };
}

/** A port that does not work is no field. */
function settable(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ at }) => at !== working);
}
