import { underlayWanted } from '../derive/underlay.ts';
import { type ObjectId, resolveReference } from '../model/address.ts';
import type { WantedLink } from '../model/declaration.ts';
import type { Step } from '../model/step.ts';
import type { Ledger } from '../owners/ledger.ts';
import {
  digestOf,
  entryAt,
  everything,
  fetched,
  isOurs,
  type Judgement,
  working,
} from '../plan/situation.ts';
import { kindNamed, listNamed, peerKeyOf, switchedList } from '../reconcilers/index.ts';
import { missingToMake } from '../reconcilers/kind.ts';
import type { Held } from './held.ts';
import type { Objects } from './objects.ts';
import { isOthers, type Owned } from './ownership.ts';
import type { SharedEntries } from './shared-entries.ts';

/** What is seen of an object that is there. */
export interface SeenThing extends Owned {
  readonly mac: string;
  readonly lower: number;
  /** The number of its link, where that is not the thing itself; 0 for none. */
  readonly link?: number;
}

/** What vnetd is about to make, and what it saw to be in force, as the ledger remembers it. */
export class Claims {
  readonly #ledger: Ledger;
  readonly #objects: Objects;
  readonly #shared: SharedEntries;

  constructor(ledger: Ledger, objects: Objects, shared: SharedEntries) {
    this.#shared = shared;
    this.#ledger = ledger;
    this.#objects = objects;
  }

  /** Before a request is sent the ledger says what it will have made; answers with the objects made along. */
  before(id: ObjectId, held: Held, steps: readonly Step[]): readonly Held[] {
    const along: Held[] = [];
    for (const step of steps) {
      if (step.do === 'create') {
        this.#claim(id, held);
        const { master } = step.fields;
        const peer = step.fields[peerKeyOf(step.kind) ?? ''];
        if (master !== undefined) this.#bring(id, 'master', digestOf(master));
        const other =
          typeof peer === 'string'
            ? this.#objects.get(resolveReference(held.wanted.namespace, peer))
            : undefined;
        if (other === undefined) continue;
        this.#claim(other.wanted.id, other);
        along.push(other);
      } else if (step.do === 'move') {
        // A card goes back where it came from when it is let go.
        if (this.#ledger.get(id).origin !== 'made')
          this.#ledger.bring(id, fetched, digestOf(step.from), 'put');
      } else if (step.do === 'add') {
        const entry = held.wanted.lists[step.list]?.entries.find(({ key }) => key === step.entry);
        if (entry !== undefined) this.#bring(id, entryAt(step.list, step.entry), digestOf(entry.fields));
      } else if (step.do === 'set' && step.id === id) {
        const master = step.fields.master;
        if (master !== undefined) this.#bring(id, 'master', digestOf(master));
      }
    }
    return along;
  }

  /** Notes what agrees, so that a later difference is known for a drift. */
  seen(
    id: ObjectId,
    held: Held,
    judgement: Judgement,
    link: SeenThing | undefined,
    lower: SeenThing | undefined,
  ): void {
    const ledger = this.#ledger;
    // A card that went is awaited, and another one when it comes; what vnetd could make stays what it was.
    const awaited = judgement.findings.some(
      ({ at, hold }) => at === 'exists' && hold?.why === 'waiting' && hold.for === held.wanted.name,
    );
    if (link === undefined && awaited && !canBeMade(held)) ledger.lost(id);
    if (link !== undefined) {
      // Where vnetd made something there may be another's of its name by now.
      if (ledger.get(id).origin === 'made' && isOthers(ledger.get(id), link)) held.arriving = 'adopted';
      if (held.arriving === 'adopted')
        ledger.claim(id, held.wanted.kind, link.isMarked === true ? 'made' : 'found');
      const { origin } = ledger.get(id);
      const otherEnd = origin === 'made' && peerKeyOf(held.wanted.kind) !== undefined ? link.lower : null;
      const mac = origin === 'made' && hasOwnMac(held, link, lower) ? link.mac : null;
      if (origin !== null) ledger.saw(id, link.ifindex, mac, otherEnd);
    }
    for (const { at, digest } of judgement.agreed) {
      const isPut =
        isOurs(ledger.get(id).inForce.get(at)?.how) || this.#shared.isOursElsewhere(held.wanted, at);
      ledger.bring(id, at, digest, isPut ? 'put' : 'found');
    }
    for (const { at, change, drift, hold } of judgement.findings) {
      // What went is told once, also to whoever starts again before it returns.
      if (at === working && drift && hold?.why === 'waiting') ledger.bring(id, at, working, 'left');
      if (hold?.why === 'adoption') ledger.bring(id, at, digestOf(change.wanted), 'left');
      // What a port that went took out of a row is told with the port, also when it is put back in.
      const standing = switchedList(change.key) === undefined ? undefined : ledger.get(id).inForce.get(at);
      if (hold?.why === 'waiting' && standing !== undefined) ledger.bring(id, at, standing.digest, 'sent');
    }
    const { namespace, kind, fields } = held.wanted;
    for (const at of ledger.get(id).inForce.keys()) {
      if (isWanted(held.wanted, at)) continue;
      this.#shared.passOn(id, underlayWanted(namespace, kind, fields), at);
      ledger.drop(id, at);
    }
    ledger.write();
  }

  /** Whether nothing of this name was made or adopted yet, or what was is gone. */
  neverSeen(id: ObjectId): boolean {
    const { origin, ifindex } = this.#ledger.get(id);
    return origin === null || ifindex === null;
  }

  /** Whether a link that is there is somebody else's doing, and new to vnetd. */
  isNew(id: ObjectId): boolean {
    return this.#ledger.get(id).origin !== 'made' && this.neverSeen(id);
  }

  #claim(id: ObjectId, held: Held): void {
    if (this.neverSeen(id)) held.arriving = 'created';
    this.#ledger.claim(id, held.wanted.kind, 'made');
  }

  /** What was never in force is only sent until it is seen: should the kernel not heed it, that is no drift. */
  #bring(id: ObjectId, at: string, digest: string): void {
    const standing = this.#ledger.get(id).inForce.get(at);
    const stood = standing?.digest === digest && standing.how !== 'sent';
    this.#ledger.bring(id, at, digest, stood ? 'put' : 'sent');
  }
}

/** Whether an address inside an object is still in its declaration. */
function isWanted(wanted: WantedLink, at: string): boolean {
  if (at === fetched || at === working) return true;
  const slash = at.indexOf('/');
  if (slash < 0) return Object.hasOwn(wanted.fields, at);
  const [name, entry] = [at.slice(0, slash), at.slice(slash + 1)];
  const list = wanted.lists[name];
  if (entry === everything)
    return listNamed(name) === undefined ? wanted.onlyMembers !== undefined : list?.complete === true;
  return list?.entries.some(({ key }) => key === entry) === true;
}

/** Whether it is made on request, as declared. */
function canBeMade({ wanted }: Held): boolean {
  const kind = kindNamed(wanted.kind);
  return kind?.made === true && missingToMake(kind, wanted.fields) === undefined;
}

/** What a link has from the one it stands on is not its own: on another card it is to have that one's. */
function hasOwnMac({ wanted }: Held, { mac }: SeenThing, lower: SeenThing | undefined): boolean {
  return mac !== '' && !(kindNamed(wanted.kind)?.address === 'lower' && lower?.mac === mac);
}
