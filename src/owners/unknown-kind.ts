import type { Step } from '../model/step.ts';

const EOPNOTSUPP = 95;

/** Whether a step was refused because the kernel has no links of the kind, loadable ones included (__rtnl_newlink in net/core/rtnetlink.c). */
export function isUnknownKind(step: Step, errno: number, words: string): boolean {
  return step.do === 'create' && errno === EOPNOTSUPP && words.startsWith('Unknown device type');
}
