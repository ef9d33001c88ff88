import { isNamespaceId, type ObjectId } from '../model/address.ts';
import type { PlannedStep } from '../model/step.ts';
import { readLinkRequest } from '../owners/rtnetlink.ts';
import type { Judgement } from '../plan/situation.ts';
import type { Arming } from './arming.ts';
import type { Assessor } from './assessor.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { Claims } from './claims.ts';
import type { Hands, Work } from './hands.ts';
import { type Held, isSwitched } from './held.ts';
import { namesMade } from './names-made.ts';
import type { Objects } from './objects.ts';
import type { Queue, Reason } from './queue.ts';
import type { Rooms } from './rooms.ts';
import type { Sightings } from './sightings.ts';
import type { Switchboard } from './switchboard.ts';

interface Surroundings {
  readonly objects: Objects;
  readonly rooms: Rooms;
  readonly switchboard: Switchboard;
  readonly sightings: Sightings;
  readonly queue: Queue;
  readonly assessor: Assessor;
  readonly books: Bookkeeper;
  readonly claims: Claims;
  readonly arming: Arming;
  readonly hands: Hands;
}

/** What was found of an object, and what is to be done about it now. */
interface Look {
  readonly judgement: Judgement;
  readonly now: readonly PlannedStep[];
}

/** Attends to the objects that wait: each is judged, what is to be done goes to the hands, what was found to the books. */
export class Attendant {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Looks at objects that wait for it; what is to be done goes out together. */
  lookAt(batch: readonly [ObjectId, Reason][]): void {
    const { objects, hands, sightings, switchboard } = this.#around;
    const jobs: Work[] = [];
    const idle: (() => void)[] = [];
    const making = new Set<ObjectId>();
    let needsAll = false;
    for (const [id, reason] of batch) {
      const held = objects.get(id);
      if (held === undefined) continue;
      switchboard.mail.withdraw(id);
      if (hands.mustWait(id, held)) {
        hands.park(id, reason);
        continue;
      }
      const look = this.#look(id, held, reason);
      if (look === undefined) continue;
      const { judgement, now } = look;
      if (now.length === 0) {
        idle.push(() => this.#seen(id, held, judgement));
        continue;
      }
      const names = now.flatMap(({ step }) => namesMade(step));
      // The other end of a pair is made by the same request; it is looked at again when its notice comes.
      if (names.some((name) => making.has(name))) continue;
      const disruptive = now.some((one) => one.disruptive);
      // What others stand on is not to be judged by what was before the batch in the air.
      if (hands.flights.isAwaiting && (disruptive || names.some((name) => hands.flights.has(name)))) {
        hands.flights.park(id, reason);
        needsAll ||= disruptive;
        continue;
      }
      for (const name of names) making.add(name);
      const around = sightings.around(id, held);
      const before = sightings.presenceOf(id, held);
      jobs.push({ id, held, judgement, steps: now.map(({ step }) => step), disruptive, around, before });
    }
    // Only now, since it may read notices: that of a reflex's repair would hide the drift from whoever was not judged yet.
    for (const see of idle) see();
    if (jobs.length > 0) hands.act(jobs, making);
    if (needsAll) hands.landAll();
  }

  /** A surprise about one object stays with that object. */
  #look(id: ObjectId, held: Held, reason: Reason): Look | undefined {
    const { assessor, books, claims } = this.#around;
    try {
      const judgement = assessor.judge(id, held);
      if (judgement.unknown !== undefined) {
        books.unknown(id, held, judgement.unknown);
        return undefined;
      }
      const foreign = judgement.findings.some(({ at }) => at === 'exists' || at === 'kind');
      if (!foreign && claims.isNew(id)) held.arriving = 'adopted';
      books.noticed(id, held, judgement, reason);
      const ready = judgement.steps.filter(({ withheld }) => withheld === null);
      const now = ready.length > 0 && books.contests.mustWait(held, judgement) ? [] : ready;
      // What is about to be acted on is looked at again right after: the repair does not wait for the books.
      if (now.length === 0) books.stated(id, held, judgement);
      return { judgement, now };
    } catch (error) {
      books.broken(id, held, error);
      return undefined;
    }
  }

  /** Nothing is to be done now: what was found is told and remembered. */
  #seen(id: ObjectId, held: Held, judgement: Judgement): void {
    const { arming, books, claims, rooms, sightings, switchboard } = this.#around;
    if (this.#isDying(id, held)) return;
    held.forced = false;
    if (isSwitched(held) && held.untold.length > 0) held.by = switchboard.sight.authorOf(held);
    books.tellDrift(id, held);
    books.tellRefusals(id, held, judgement);
    // What has its name and is of another kind is not what the object stands for.
    const stranger = judgement.findings.some(({ at, hold }) => at === 'kind' && hold?.why === 'refused');
    const link = stranger ? undefined : sightings.linkOf(id);
    const room = rooms.of(id);
    if (link !== undefined) room?.identities.saw(id, link);
    if (link !== undefined && isSwitched(held)) switchboard.sight.saw(held, link);
    const lower = link === undefined ? undefined : room?.view.under(link)?.inventory.link(link.lower);
    claims.seen(id, held, judgement, stranger ? undefined : sightings.presenceOf(id, held), lower);
    books.arrived(id, held, judgement);
    if (judgement.findings.length > 0) arming.disarm(held);
    else if (!isNamespaceId(id) && !isSwitched(held)) arming.inStep(id, held);
  }

  /** A link that is being deleted is taken down first: what would be told is told when it is known to live. */
  #isDying(id: ObjectId, held: Held): boolean {
    const { books, queue, rooms, sightings } = this.#around;
    const link = sightings.linkOf(id);
    if (held.untold.length === 0) return false;
    if (link === undefined) {
      // Its rows are there, and say soon that its link is lost: that it was down, on its way out, is no drift.
      if (isSwitched(held)) books.died(held, false);
      return false;
    }
    rooms.of(id)?.channel.exchange([readLinkRequest(link.ifindex)]);
    const now = sightings.linkOf(id);
    if (now?.ifindex === link.ifindex) return false;
    // Rows are told to have gone by who keeps them.
    books.died(held, now !== undefined && !isSwitched(held));
    queue.add(id, { noticed: null, urgent: true });
    return true;
  }
}
