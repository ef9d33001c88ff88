import type { ContestedSettings } from '../model/declaration.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 300_000;

/** How the fight over one attribute stands. */
export interface Contest {
  /** Times of the latest repairs, oldest first; at most as many as make it contested. */
  readonly repairs: readonly number[];
  /** Set once it is contested: no repair before `until`, and the next pause is twice `delay`. */
  readonly fight: {
    readonly since: number;
    readonly delay: number;
    readonly until: number;
    readonly lost: number;
  } | null;
}

export const peace: Contest = { repairs: [], fight: null };

/** What a new drift means: may it be repaired now? */
export function drifted(contest: Contest, now: number, settings: ContestedSettings): Contest {
  if (settings.after === 0) return peace;
  const recent = contest.repairs.filter((at) => now - at <= settings.withinMs);
  if (contest.fight !== null) {
    const { fight } = contest;
    return { repairs: recent, fight: { ...fight, lost: fight.lost + 1 } };
  }
  if (recent.length < settings.after) return { repairs: recent, fight: null };
  return {
    repairs: recent,
    fight: { since: now, delay: FIRST_DELAY_MS, until: now + FIRST_DELAY_MS, lost: 1 },
  };
}

/** A repair was sent. In a fight the pause doubles. */
export function repaired(contest: Contest, now: number, settings: ContestedSettings): Contest {
  if (settings.after === 0) return peace;
  const repairs = [...contest.repairs, now].slice(-settings.after);
  if (contest.fight === null) return { repairs, fight: null };
  const delay = Math.min(contest.fight.delay * 2, LONGEST_DELAY_MS);
  return { repairs, fight: { ...contest.fight, delay, until: now + delay } };
}

/** Whether a repair has to wait. */
export function waits(contest: Contest, now: number): boolean {
  return contest.fight !== null && now < contest.fight.until;
}

/** When a fight is over if nobody stirs: it held for a whole pause, and for longer than at the pace that makes a contest. */
export function calmAt({ repairs, fight }: Contest, { after, withinMs }: ContestedSettings): number {
  return Math.max(fight?.until ?? 0, (repairs.at(-1) ?? 0) + withinMs / Math.max(1, after));
}

/** It agrees: over once it has held for long enough. */
export function held(contest: Contest, now: number, settings: ContestedSettings): Contest {
  return contest.fight !== null && now >= calmAt(contest, settings) ? peace : contest;
}
