import { article } from '../derive/grammar.ts';
import type { InventoryLink } from '../inventory/links.ts';
import { type ObjectId, parseObjectId } from '../model/address.ts';
import type { DaemonSettings } from '../model/declaration.ts';
import type { Ledger } from '../owners/ledger.ts';
import { whileAway } from '../plan/away.ts';
import { judge } from '../plan/judge.ts';
import {
  type FoundLink,
  type Hold,
  inStep,
  type Judgement,
  type Memory,
  type Policy,
  type World,
} from '../plan/situation.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import { type Held, isSwitched } from './held.ts';
import type { Inquirer } from './inquirer.ts';
import { isOfAnother } from './leavers.ts';
import { isOthers } from './ownership.ts';
import type { Rooms } from './rooms.ts';
import type { Sightings } from './sightings.ts';
import type { Switchboard } from './switchboard.ts';

const noHolds: Map<string, Hold> = new Map();

/** Puts before the planner how an object is found, what is remembered of it, and what may be done. */
export class Assessor {
  readonly #rooms: Rooms;
  readonly #switchboard: Switchboard;
  readonly #sightings: Sightings;
  readonly #ledger: Ledger;
  readonly #books: Bookkeeper;
  readonly #inquirer: Inquirer;
  readonly #disruptive: () => DaemonSettings['disruptive'];

  constructor(
    rooms: Rooms,
    switchboard: Switchboard,
    sightings: Sightings,
    ledger: Ledger,
    books: Bookkeeper,
    inquirer: Inquirer,
    disruptive: () => DaemonSettings['disruptive'],
  ) {
    this.#rooms = rooms;
    this.#switchboard = switchboard;
    this.#sightings = sightings;
    this.#ledger = ledger;
    this.#books = books;
    this.#inquirer = inquirer;
    this.#disruptive = disruptive;
  }

  judge(id: ObjectId, held: Held): Judgement {
    this.#inquirer.know(id);
    const before = this.#replacedBy(id, held);
    if (before !== undefined) return { ...inStep, unknown: `waiting for ${before} to go` };
    const sighting = this.#sightings.find(id, held);
    if (sighting.is === 'unknown') return { ...inStep, unknown: sighting.why };
    const isAway = isSwitched(held) && this.#switchboard.isAway;
    // What was read last is no ground to say that something was made or found.
    if (isAway && (held.arriving !== null || !this.#isKnown(id)))
      return { ...inStep, unknown: 'waiting for Open vSwitch' };
    this.#books.refusals.reconsider(held, () => this.#sightings.fingerprint(id, held));
    const judged = this.judgeFound(id, held, sighting.is === 'found' ? sighting.found : undefined);
    return isAway ? whileAway(held.wanted.kind, judged) : judged;
  }

  /** What has its name as long as vnetd has not parted with it. */
  #replacedBy(id: ObjectId, held: Held): string | undefined {
    const { namespace, name } = parseObjectId(id);
    if (isOfAnother(this.#ledger, id, held)) return `${article(this.#ledger.get(id).kind)} of its name`;
    const isInTheWay = namespace === null && !isSwitched(held) && this.#switchboard.sight.isLeaving(name);
    return isInTheWay ? 'a port of its name' : undefined;
  }

  #isKnown(id: ObjectId): boolean {
    const { origin, ifindex } = this.#ledger.get(id);
    return origin !== null && ifindex !== null;
  }

  /** What would be said of an object if it were found so. */
  judgeFound(id: ObjectId, held: Held, found: FoundLink | undefined): Judgement {
    const memory = isSwitched(held) ? this.#memoryOf(id, held) : this.#ledger.get(id);
    return judge(held.wanted, found, memory, this.#policyFor(held), this.#worldFor(id, held));
  }

  #worldFor(id: ObjectId, held: Held): World {
    const world = (this.#rooms.of(id) ?? this.#rooms.host).identities.worldFor(held);
    if (parseObjectId(id).namespace !== null) return world;
    const { sight } = this.#switchboard;
    const holderOf = (name: string) => this.#misnamedTap(name) ?? world.holderOf(name);
    if (!isSwitched(held)) return { ...world, holderOf, freeing: (name) => sight.freeing(name) };
    return {
      ...world,
      holderOf,
      freeing: (name) => (sight.isInKernel(name) ? sight.freeing(name) : undefined),
      switched: sight.surroundings(),
    };
  }

  /** A link of the host's that Open vSwitch made for a declared object, and that goes by a name of another's. */
  #misnamedTap(name: string): InventoryLink | undefined {
    const { identities, view } = this.#rooms.host;
    const link = view.inventory.named(name);
    const owner = link === undefined ? undefined : identities.ownerOf(link.ifindex);
    if (owner === undefined || parseObjectId(owner).name === name) return undefined;
    const own = this.#sightings.switchedLinkOf(owner);
    return own?.ifindex === link?.ifindex ? own : undefined;
  }

  /** Rows outlive a reboot, and so does the mark on them; and another's may have the name of one that vnetd made. */
  #memoryOf(id: ObjectId, held: Held): Memory {
    const memory = this.#ledger.get(id);
    const thing = this.#switchboard.sight.presence(held);
    if (thing === undefined) return memory;
    if (memory.origin === null && thing.isMarked) return { ...memory, origin: 'made' };
    return memory.origin === 'made' && isOthers(memory, thing) ? { ...memory, origin: 'found' } : memory;
  }

  #policyFor(held: Held): Policy {
    const holds = held.refusals.size + held.contests.size === 0 ? noHolds : new Map<string, Hold>();
    for (const [at, { reason, busy }] of held.refusals)
      holds.set(at, busy ? { why: 'busy' } : { why: 'refused', reason });
    for (const [at, reason] of this.#books.contests.reasons(held))
      holds.set(at, { why: 'contested', reason });
    return { onDrift: held.wanted.onDrift, disruptive: this.#disruptive(), forced: held.forced, holds };
  }
}
