import { fingerprint, foundLink, mentioned } from '../inventory/found.ts';
import type { InventoryLink } from '../inventory/links.ts';
import type { ObjectId } from '../model/address.ts';
import type { DaemonSettings } from '../model/declaration.ts';
import type { Ledger } from '../owners/ledger.ts';
import { judge } from '../plan/judge.ts';
import type { FoundLink, Hold, Judgement, Policy } from '../plan/situation.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import type { Held } from './held.ts';
import type { Inquirer } from './inquirer.ts';
import type { Rooms } from './rooms.ts';
import { takersFrom } from './takers.ts';

const noHolds: Map<string, Hold> = new Map();

/** Puts before the planner how an object is found, what is remembered of it, and what may be done. */
export class Assessor {
  readonly #rooms: Rooms;
  readonly #ledger: Ledger;
  readonly #books: Bookkeeper;
  readonly #inquirer: Inquirer;
  readonly #disruptive: () => DaemonSettings['disruptive'];

  constructor(
    rooms: Rooms,
    ledger: Ledger,
    books: Bookkeeper,
    inquirer: Inquirer,
    disruptive: () => DaemonSettings['disruptive'],
  ) {
    this.#rooms = rooms;
    this.#ledger = ledger;
    this.#books = books;
    this.#inquirer = inquirer;
    this.#disruptive = disruptive;
  }

  judge(id: ObjectId, held: Held): Judgement {
    this.#inquirer.know(id);
    const link = this.#rooms.linkOf(id);
    const view = this.#rooms.of(id)?.view;
    const found =
      link === undefined || view === undefined ? undefined : foundLink(view, held.wanted, link, held.sight);
    this.#books.refusals.reconsider(held, () => this.fingerprint(id, held, link));
    return this.judgeFound(id, held, found);
  }

  /** What would be said of an object if it were found so. */
  judgeFound(id: ObjectId, held: Held, found: FoundLink | undefined): Judgement {
    const world = (this.#rooms.of(id) ?? this.#rooms.host).identities.worldFor(held);
    return judge(held.wanted, found, this.#ledger.get(id), this.#policyFor(held), world);
  }

  /** The numbers of the links an object refers to. */
  around(id: ObjectId, held: Held): readonly number[] {
    const view = this.#rooms.of(id)?.view;
    return view === undefined ? [] : mentioned(view, held.sight);
  }

  /** All that a refusal may hang on: while it is the same, the kernel would say the same again. */
  fingerprint(id: ObjectId, held: Held, link: InventoryLink | undefined): string {
    const view = this.#rooms.of(id)?.view;
    if (view === undefined) return '';
    const takers = takersFrom(this.#rooms, held.wanted).join();
    return `${fingerprint(view, held.wanted, link, held.sight)}${takers}`;
  }

  #policyFor(held: Held): Policy {
    const holds = held.refusals.size + held.contests.size === 0 ? noHolds : new Map<string, Hold>();
    for (const [at, { reason, busy }] of held.refusals)
      holds.set(at, busy ? { why: 'busy' } : { why: 'refused', reason });
    for (const [at, reason] of this.#books.contested(held)) holds.set(at, { why: 'contested', reason });
    return { onDrift: held.wanted.onDrift, disruptive: this.#disruptive(), forced: held.forced, holds };
  }
}
