import type { ObjectId } from '../model/address.ts';
import { counted } from '../model/counted.ts';
import type { ContestedSettings } from '../model/declaration.ts';
import type { Judgement } from '../plan/situation.ts';
import { timeOnTheWall } from './clock.ts';
import { type Contest, calmAt, drifted, held as holds, peace, repaired, waits } from './contest.ts';
import { differs, type Held, spoken } from './held.ts';

const noReasons: ReadonlyMap<string, string> = new Map();

/** What is fought over of objects, and when each is to be looked at again for it; how one fight goes is in contest.ts. */
export class Contests {
  settings: ContestedSettings = { after: 5, withinMs: 60_000 };
  readonly #wakeIn: (id: ObjectId, ms: number) => void;

  constructor(wakeIn: (id: ObjectId, ms: number) => void) {
    this.#wakeIn = wakeIn;
  }

  /** Whether everything that could be done waits for a pause. */
  mustWait(held: Held, judgement: Judgement): boolean {
    const now = Date.now();
    const acting = judgement.findings.filter(({ hold }) => hold === null);
    const next = acting
      .map(({ at }) => held.contests.get(at) ?? peace)
      .filter((contest) => waits(contest, now));
    return next.length > 0 && next.length === acting.length;
  }

  /** Reasons of attributes whose pause is not over. */
  reasons(held: Held): ReadonlyMap<string, string> {
    if (held.contests.size === 0) return noReasons;
    const now = Date.now();
    const reasons = new Map<string, string>();
    for (const [at, contest] of held.contests) {
      const drift = held.open.get(at);
      if (waits(contest, now) && drift !== undefined)
        reasons.set(at, `${differs(drift.change)}; ${reasonOf(contest)}`);
    }
    return reasons;
  }

  /** An attribute drifted: whether that is a fight, and began one. */
  drifted(id: ObjectId, held: Held, at: string, now: number): 'is none' | 'begins' | 'goes on' {
    const before = held.contests.get(at) ?? peace;
    const contest = drifted(before, now, this.settings);
    held.contests.set(at, contest);
    if (contest.fight === null) return 'is none';
    if (before.fight !== null) return 'goes on';
    this.#wakeAfterPause(id, contest, now);
    return 'begins';
  }

  /** A repair was sent. */
  repaired(id: ObjectId, held: Held, at: string, now: number): void {
    const contest = repaired(held.contests.get(at) ?? peace, now, this.settings);
    held.contests.set(at, contest);
    this.#wakeAfterPause(id, contest, now);
  }

  /** Ends the fights that are over; how that is said, if any is. */
  calm(id: ObjectId, held: Held, differing: ReadonlySet<string>, now: number): string | undefined {
    const calmed: string[] = [];
    let lost = 0;
    for (const [at, contest] of held.contests) {
      const calmer = differing.has(at) ? contest : holds(contest, now, this.settings);
      if (calmer !== contest) {
        held.contests.delete(at);
        calmed.push(spoken(at));
        lost = Math.max(lost, contest.fight?.lost ?? 0);
      } else if (contest.fight !== null && !differing.has(at))
        this.#wakeIn(id, calmAt(contest, this.settings) - now + 1);
    }
    return calmed.length === 0
      ? undefined
      : `${calmed.join(', ')} holds again; changed ${counted(lost, 'time')} while contested`;
  }

  /** How the fight over an object stands, in words; undefined for none. */
  sentence(held: Held, isInStep: boolean): string | undefined {
    const fights = [...held.contests].filter(([, { fight }]) => fight !== null);
    const [first] = fights;
    if (first === undefined) return undefined;
    const [at, contest] = first;
    if (!isInStep) return `${spoken(at)}: ${reasonOf(contest)}`;
    const end = Math.max(...fights.map(([, one]) => calmAt(one, this.settings)));
    // As a clock on the wall has it: what is shown is not told anew each second.
    return `${spoken(at)} holds; settled again at ${timeOnTheWall(end)} if nobody changes it`;
  }

  /** What is said of an attribute when the fight over it begins. */
  reason(held: Held, at: string): string {
    return reasonOf(held.contests.get(at) ?? peace);
  }

  #wakeAfterPause(id: ObjectId, { fight }: Contest, now: number): void {
    if (fight !== null) this.#wakeIn(id, fight.until - now + 1);
  }
}

function reasonOf({ fight }: Contest): string {
  return `somebody keeps changing it back; vnetd waits ${(fight?.delay ?? 0) / 1000} s before each repair`;
}
