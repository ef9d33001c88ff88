import type { ObjectId } from '../model/address.ts';
import type { Change } from '../model/change.ts';
import type { EventName, Happening } from '../model/event.ts';
import type { Outcome } from '../model/step.ts';
import type { Performed } from '../owners/performer.ts';
import { type Finding, type Hold, type Judgement, working } from '../plan/situation.ts';
import { addressesOf, belongsTo, partOfAnother } from './belonging.ts';
import { nowMicros, timeOfDay } from './clock.ts';
import { Contests } from './contests.ts';
import { type Held, isKeptInRows, isSwitched, nothingFitted, stateFor } from './held.ts';
import type { Reason } from './queue.ts';
import { Refusals } from './refusals.ts';

const ENODEV = 19;
const EEXIST = 17;

/** So long something does not work before it is said. */
const LASTING_MS = 1000;

/** Who makes of rows what they say, as it is waited for. */
const makers: ReadonlySet<string> = new Set(['ovs-vswitchd', 'Open vSwitch']);

interface Teller {
  happened(happening: Happening): void;
  changed(id: ObjectId): void;
  later(work: () => void, ms: number): void;
}

/** Turns what was found and done into states and happenings. */
export class Bookkeeper {
  readonly #tell: Teller;
  readonly #wake: (id: ObjectId) => void;
  readonly refusals: Refusals;
  readonly contests: Contests;

  constructor(tell: Teller, wake: (id: ObjectId) => void) {
    this.#tell = tell;
    this.#wake = wake;
    this.contests = new Contests((id, ms) => tell.later(() => wake(id), ms));
    this.refusals = new Refusals((id, held, change, words) =>
      this.#say(id, held, 'refused', { changes: [change], message: words }),
    );
  }

  /** An object was judged: which differences are new drifts. */
  noticed(id: ObjectId, held: Held, judgement: Judgement, reason: Reason): void {
    this.#newDrifts(id, held, judgement, reason, Date.now());
    // Whoever changed a list without its drifting did nothing to be told later.
    if (held.untold.length === 0) held.by = null;
  }

  /** An object for which nothing is to be done now: what is over, and how it stands. */
  stated(id: ObjectId, held: Held, judgement: Judgement): void {
    const now = Date.now();
    this.#over(id, held, judgement, now);
    const pending = held.arriving !== null && judgement.findings.some(({ hold }) => hold === null);
    const { state, reason: why } = stateFor(judgement.findings, held.wanted.name);
    this.#become(id, held, pending ? 'pending' : state, why, now);
    if (judgement.findings.every(({ hold }) => hold !== null)) held.bounced = false;
  }

  /** Nothing is known of an object just now: what was found before is neither over nor new. */
  unknown(id: ObjectId, held: Held, why: string): void {
    this.#become(id, held, 'waiting', why, Date.now());
  }

  /** Something was asked for that takes its time. */
  underway(id: ObjectId, held: Held): void {
    this.#become(id, held, 'pending', null, Date.now());
  }

  /** The kernel answered a step. */
  performed(
    id: ObjectId,
    held: Held,
    judgement: Judgement,
    result: Performed,
    disruptive: boolean,
    elsewhere: boolean,
    mark: () => string,
  ): void {
    const now = Date.now();
    const { step, outcome, fields } = result;
    const addresses = addressesOf(id, result, judgement);
    for (const at of addresses) {
      const finding = judgement.findings.find((one) => one.at === at);
      if (finding === undefined) continue;
      const became: Outcome = fields?.[at] ?? outcome;
      // Whatever agrees at the next look is not vnetd’s doing.
      if (became.is === 'overtaken') {
        this.refusals.unsent(id, held, finding, 'somebody else changes it each time', mark);
        continue;
      }
      const drift = held.open.get(at);
      if (drift !== undefined) drift.repaired = { disruptive };
      if (finding.drift && finding.midway !== true && drift !== undefined && became.is === 'done')
        this.contests.repaired(id, held, at, now);
      // The link went, or came, while the request was on its way: the next look sees it.
      const overtaken =
        became.is === 'refused' &&
        (elsewhere || became.errno === ENODEV || (became.errno === EEXIST && step.do !== 'create'));
      if (overtaken) this.refusals.overtaken(id, held, finding, became.words, mark);
      else if (became.is === 'refused') this.refusals.refused(id, held, finding, step, became, mark);
      else if (became.is === 'not-sent') this.refusals.unsent(id, held, finding, became.why, mark);
      if (became.is !== 'done') continue;
      const asked = held.forced || held.edited || held.arriving === 'adopted' || disruptive;
      if (drift === undefined && asked && held.arriving !== 'created' && !partOfAnother(held, at)) {
        // What an operator asked for is told like a repair, though nothing had drifted.
        const cause = held.forced ? 'drift' : 'edit';
        held.open.set(at, { cause, change: finding.change, noticed: null, repaired: { disruptive } });
      }
      if (finding.midway !== true) this.refusals.taken(id, held, finding, mark);
    }
  }

  /** The request that mends one end of a pair mends the other. */
  repairedWith(held: Held): void {
    const gone = held.open.get('exists');
    if (gone !== undefined) gone.repaired = { disruptive: false };
  }

  /** Judging an object failed, which is a fault of vnetd: said, and the others go on. */
  broken(id: ObjectId, held: Held, error: unknown): void {
    const reason = `internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (held.reason !== reason) this.#say(id, held, 'refused', { message: reason });
    this.#become(id, held, 'refused', reason, Date.now());
  }

  /** An object that was made or adopted is in step for the first time. */
  arrived(id: ObjectId, held: Held, judgement: Judgement): void {
    const { arriving } = held;
    const isComing = ({ at, hold }: Finding) => at === 'exists' || hold === null || isUnmade(at, hold);
    if (arriving === null || judgement.findings.some(isComing)) return;
    held.arriving = null;
    const { changes, disruptive } = held.fitted;
    held.fitted = nothingFitted;
    this.#say(id, held, arriving, changes.length === 0 ? {} : { changes, disruptive });
  }

  resynced(): void {
    this.#tell.happened({
      at: Date.now(),
      id: null,
      event: 'resync',
      message: 'events were lost; everything was read again',
    });
  }

  #newDrifts(id: ObjectId, held: Held, judgement: Judgement, reason: Reason, now: number): void {
    const fresh: Change[] = [];
    const fought: Pick<Finding, 'at' | 'change'>[] = [];
    for (const { at, change, drift, hold, midway } of judgement.findings) {
      // What is being made or adopted was never whole before.
      if (!drift || held.arriving !== null || held.bounced || partOfAnother(held, at)) continue;
      const open = held.open.get(at);
      if (open !== undefined && (open.repaired === null || midway === true)) continue;
      // A repair that did not hold for one look is another drift, but not another one to tell of.
      if (open !== undefined) open.repaired = null;
      else {
        // How long what it waits for stays away is not vnetd's doing.
        const noticed = hold?.why === 'waiting' ? null : reason.noticed;
        held.open.set(at, { cause: 'drift', change, noticed, repaired: null });
      }
      const fight = this.contests.drifted(id, held, at, now);
      if (fight === 'begins') fought.push({ at, change });
      else if (fight === 'is none' && open === undefined) fresh.push(change);
    }
    this.#contest(id, held, fought, now);
    if (fresh.length === 0) return;
    // A link leaves before the rows do: that it was lost was their going.
    if (fresh.some(({ key }) => key === 'exists')) {
      held.untold = held.untold.filter(({ key }) => key !== working);
      held.open.delete(working);
    }
    if (held.untold.length === 0)
      held.untoldSince = reason.noticed === null ? now : Math.min(now, timeOfDay(reason.noticed));
    held.untold = [...held.untold, ...fresh];
  }

  /** Tells the drifts of the last look, once it is clear that the link lives. They happened when they were seen. */
  tellDrift(id: ObjectId, held: Held): void {
    const changes = held.untold;
    if (changes.length === 0) return;
    const at = held.untoldSince;
    held.untold = [];
    held.drifts += 1;
    held.lastDrift = at;
    const by = isSwitched(held) || changes.some(({ key }) => key === 'addresses') ? held.by : null;
    this.#say(id, held, 'drift', { at, changes, by });
    held.by = null;
    // In sync it is again since then at the earliest.
    if (held.state === 'in-sync') held.since = Math.max(held.since, at);
    this.#tell.changed(id);
  }

  /** A drift is being mended. */
  mending(id: ObjectId, held: Held): void {
    const isDrift = [...held.open.values()].some(({ cause }) => cause === 'drift');
    if (isDrift && held.state === 'in-sync') this.#become(id, held, 'pending', null, Date.now());
  }

  /** Tells what the planner can see the kernel would refuse. */
  tellRefusals(id: ObjectId, held: Held, judgement: Judgement): void {
    const refused = judgement.findings.filter(({ hold }) => hold?.why === 'refused');
    const lasts = this.#lasts(
      id,
      held,
      refused.some(({ at }) => at === working),
    );
    for (const { at, change, hold } of refused)
      if (hold?.why === 'refused' && (at !== working || lasts))
        this.refusals.tell(id, held, at, change, hold.reason);
  }

  /** Whether what ovs-vswitchd does not do is more than a moment between two changes. */
  #lasts(id: ObjectId, held: Held, isAmiss: boolean): boolean {
    if (!isAmiss) held.amissSince = null;
    else if (held.amissSince === null) {
      held.amissSince = Date.now();
      this.#tell.later(() => this.#wake(id), LASTING_MS);
    }
    return held.amissSince !== null && Date.now() - held.amissSince >= LASTING_MS;
  }

  /** The link died under the repair: what looked like drift was its dying (the kernel takes a link down before it deletes it). */
  died(held: Held, isBack: boolean): void {
    if (held.untold.some(({ key }) => key === 'exists')) return;
    // What the rows of the OVSDB say has nothing to do with a link's dying, and that it is lost is the very thing to tell.
    const dying = held.untold.filter(({ key }) => key !== working && !isKeptInRows(held, key));
    if (dying.length === 0) return;
    held.untold = held.untold.filter((change) => !dying.includes(change));
    let noticed: number | null = null;
    for (const [at, drift] of held.open) {
      if (!dying.includes(drift.change)) continue;
      noticed = drift.noticed;
      held.open.delete(at);
    }
    if (!isBack) return;
    const gone: Change = { key: 'exists', wanted: true, found: false };
    held.open.set('exists', { cause: 'drift', change: gone, noticed, repaired: { disruptive: false } });
    held.untold = [gone];
  }

  /** One alert, whatever the number of attributes that are fought over. */
  #contest(id: ObjectId, held: Held, fought: readonly Pick<Finding, 'at' | 'change'>[], now: number): void {
    const [first] = fought;
    if (first === undefined) return;
    held.drifts += 1;
    held.lastDrift = now;
    const changes = fought.map(({ change }) => change);
    this.#say(id, held, 'contested', { changes, message: this.contests.reason(held, first.at) });
  }

  /** Drifts that no longer differ: restored if that was our doing, else simply over. */
  #over(id: ObjectId, held: Held, judgement: Judgement, now: number): void {
    if (
      held.open.size === 0 &&
      held.contests.size === 0 &&
      held.toldWords.size === 0 &&
      held.unheeded.size === 0 &&
      held.fitted === nothingFitted
    )
      return;
    const differing = new Set(judgement.findings.map(({ at }) => at));
    if (!differing.has('kind')) held.toldWords.delete('kind');
    // Heeded after all: only what is taken in vain time after time counts.
    for (const at of held.unheeded.keys()) if (!differing.has(at)) held.unheeded.delete(at);
    const isComing = (hold: Hold) => hold.why === 'waiting' && hold.for === held.wanted.name;
    const atWork = judgement.findings
      .filter(({ at, hold }) => hold === null || isComing(hold) || isUnmade(at, hold))
      .map(({ at }) => at);
    this.#worksAgain(id, held, differing);
    const done: Change[] = [];
    let noticed: number | null | undefined;
    let disruptive = false;
    for (const [at, drift] of held.open) {
      if (differing.has(at) || atWork.some((other) => belongsTo(held, other, at))) continue;
      held.open.delete(at);
      held.toldWords.delete(at);
      const contest = held.contests.get(at);
      if (contest?.fight != null) continue;
      // A link that came back is in the switch again, whoever saw to that.
      if (drift.repaired === null && at !== working) continue;
      if (drift.cause === 'edit') {
        held.fitted = {
          changes: [...held.fitted.changes, drift.change],
          disruptive: held.fitted.disruptive || drift.repaired?.disruptive === true,
        };
        continue;
      }
      done.push(drift.change);
      disruptive ||= drift.repaired?.disruptive === true;
      if (noticed === undefined || (noticed !== null && drift.noticed !== null && drift.noticed < noticed))
        noticed = drift.noticed;
    }
    const message = this.contests.calm(id, held, differing, now);
    if (message !== undefined)
      this.#say(id, held, 'restored', { changes: [], micros: null, disruptive: false, message });
    this.#fitted(id, held, judgement);
    if (done.length === 0) return;
    this.tellDrift(id, held);
    const micros = noticed == null ? null : nowMicros() - noticed;
    this.#say(id, held, 'restored', { changes: done, micros, disruptive });
  }

  /** What was said not to work and was no drift does by now; of what was just made it is told with that. */
  #worksAgain(id: ObjectId, held: Held, differing: ReadonlySet<string>): void {
    if (differing.has(working) || held.open.has(working) || !held.toldWords.delete(working)) return;
    if (held.arriving !== null) return;
    const message = 'works again';
    this.#say(id, held, 'restored', { changes: [], micros: null, disruptive: false, message });
  }

  /** What an edit of the file changed, told when all of it is in force; what an adoption changed is told with that. */
  #fitted(id: ObjectId, held: Held, judgement: Judgement): void {
    const { changes, disruptive } = held.fitted;
    const atWork = judgement.findings.some(({ hold }) => hold === null);
    if (changes.length === 0 || held.arriving !== null || atWork) return;
    held.fitted = nothingFitted;
    this.#say(id, held, 'applied', { changes, disruptive });
  }

  #become(id: ObjectId, held: Held, state: Held['state'], reason: string | null, now: number): void {
    const isInStep = state === 'in-sync';
    const fight = isInStep || state === 'pending' ? this.contests.sentence(held, isInStep) : undefined;
    const next = fight === undefined ? state : 'contested';
    const why = reason ?? fight ?? null;
    if (held.state === next && held.reason === why) return;
    if (held.state !== next) held.since = now;
    held.state = next;
    held.reason = why;
    this.#tell.changed(id);
  }

  #say(id: ObjectId, held: Held, event: EventName, more: Partial<Happening>): void {
    this.#tell.happened({ at: Date.now(), id, event, kind: held.wanted.kind, ...more });
  }
}

/** Rows are no more than asked for while ovs-vswitchd has not made of them what they say. */
function isUnmade(at: string, hold: Hold): boolean {
  return at === working && (hold.why === 'refused' || (hold.why === 'waiting' && makers.has(hold.for)));
}
