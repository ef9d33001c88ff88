import { foundLink } from '../inventory/found.ts';
import type { InventoryLink } from '../inventory/links.ts';
import {
  type DeclaredNamespace,
  isNamespaceId,
  type NamespaceName,
  namespaceItself,
  type ObjectId,
  objectId,
  parseObjectId,
} from '../model/address.ts';
import type { Change } from '../model/change.ts';
import type { Happening } from '../model/event.ts';
import type { Outcome, Step } from '../model/step.ts';
import { acknowledgementOf, eachMessage } from '../netlink/messages.ts';
import type { NetlinkSocket } from '../netlink/native.ts';
import { writeRequest } from '../netlink/request.ts';
import type { Ledger } from '../owners/ledger.ts';
import type { Job, Performed } from '../owners/performer.ts';
import { bareLink } from '../owners/rtnetlink.ts';
import { leavesDown } from '../plan/membership.ts';
import { digestOf, type FoundLink, fetched, type InForce, isOurs } from '../plan/situation.ts';
import { kindNamed, listNamed } from '../reconcilers/index.ts';
import { Writer } from '../wire/attributes.ts';
import { viewOf } from '../wire/bytes.ts';
import { NLMSG, RTM } from '../wire/rtnetlink.ts';
import type { Inquirer } from './inquirer.ts';
import type { Rooms } from './rooms.ts';
import type { SharedEntries } from './shared-entries.ts';

/** How what stays is told to be let go. */
export interface Parting {
  readonly message: string;
  /** What was taken out of it already. */
  readonly changes: readonly Change[];
  /** Whether it is there, though it may have no link of its own. */
  readonly isThere: boolean;
}

const AT_ONCE = 16;
const ENODEV = 19;

interface TakingOut {
  readonly job: Job;
  readonly changes: readonly Change[];
}

const nothing: TakingOut = { job: { steps: [], disruptive: false }, changes: [] };

interface Surroundings {
  readonly ledger: Ledger;
  readonly slowSocket: NetlinkSocket;
  readonly rooms: Rooms;
  readonly inquirer: Inquirer;
  readonly shared: SharedEntries;
  perform(jobs: readonly (Job & { readonly id: ObjectId })[]): readonly (readonly Performed[])[];
  /** Takes the name of a namespace away. */
  drop(name: DeclaredNamespace): Outcome;
  /** A namespace is nobody's business any more. */
  left(name: DeclaredNamespace): void;
  happened(happening: Happening): void;
}

/**
 * Objects that left the declaration: what vnetd made is deleted, what it found is let go.
 * Deleting a link takes the kernel milliseconds, so it is asked for on a thread of its own.
 */
export class Removals {
  readonly #around: Surroundings;
  readonly #waiting = new Set<ObjectId>();
  /** Namespaces go last: what is in one would go with it unsaid, and a card has to come out first. */
  readonly #last = new Set<ObjectId>();
  readonly #partings = new Map<ObjectId, Parting>();
  #busy: Promise<void> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  add(id: ObjectId): void {
    (isNamespaceId(id) ? this.#last : this.#waiting).add(id);
  }

  /** Lets go of what another keeps, who did his part. */
  release(id: ObjectId, parting: Parting): void {
    this.#partings.set(id, parting);
    this.add(id);
  }

  /** Whether the turn of an object is still to come. */
  has(id: ObjectId): boolean {
    return this.#waiting.has(id) || this.#last.has(id);
  }

  /** Declared again before its turn came. */
  cancel(id: ObjectId): void {
    this.#partings.delete(id);
    this.#waiting.delete(id);
    this.#last.delete(id);
  }

  /** Goes on with what waits; whether anything is left to do. Calls back when a part is done. */
  start(then: () => void): boolean {
    if (this.#busy !== undefined) return true;
    const waiting = this.#waiting.size > 0 ? this.#waiting : this.#last;
    const batch = [...waiting].slice(0, AT_ONCE);
    if (batch.length === 0) return false;
    for (const id of batch) waiting.delete(id);
    const deletions = batch.filter((id) => {
      const name = namespaceItself(id);
      return name === undefined ? !this.#letGo(id) : !this.#leave(id, name);
    });
    if (deletions.length === 0) return this.start(then);
    this.#busy = this.#delete(deletions).then(() => {
      this.#busy = undefined;
      then();
    });
    return true;
  }

  /** Answers when no deletion is under way; begins no other. */
  async end(): Promise<void> {
    this.#waiting.clear();
    this.#last.clear();
    await this.#busy;
  }

  /** A namespace vnetd made is deleted, one it found is left as it is. */
  #leave(id: ObjectId, name: DeclaredNamespace): true {
    const { ledger, rooms } = this.#around;
    const { origin, kind } = ledger.get(id);
    const isThere = rooms.linkOf(id) !== undefined;
    const outcome = isThere && origin === 'made' ? this.#around.drop(name) : undefined;
    if (outcome?.is === 'refused') this.#say(id, kind, 'refused', `cannot be deleted: ${outcome.words}`);
    else if (origin === 'made')
      this.#say(
        id,
        kind,
        'removed',
        isThere ? 'no longer declared' : 'no longer declared; it is gone already',
      );
    else if (origin === 'found') this.#say(id, kind, 'released', 'no longer declared');
    ledger.forget(id);
    ledger.write();
    this.#around.left(name);
    return true;
  }

  /** Lets go of what vnetd found, taking out what it put in; false for a link to be deleted. */
  #letGo(id: ObjectId): boolean {
    const { ledger } = this.#around;
    const { origin, kind, inForce } = ledger.get(id);
    const parting = this.#partings.get(id);
    this.#partings.delete(id);
    if (origin === null) {
      ledger.forget(id);
      return true;
    }
    const link = this.#around.rooms.linkOf(id);
    this.#around.inquirer.know(id);
    if (link !== undefined && origin === 'made' && kindNamed(kind)?.kernel?.kind === link.kind) {
      this.#leaveNamespace(id, kind, inForce, link);
      return false;
    }
    const { job, changes } = link === undefined ? nothing : this.#takingOut(id, kind, inForce, link);
    const [done = []] = job.steps.length > 0 ? this.#around.perform([{ id, ...job }]) : [];
    const refused = done.find(({ outcome }) => outcome.is === 'refused')?.outcome;
    const message =
      refused?.is === 'refused'
        ? `no longer declared; not all that was put on it could be taken away: ${refused.words}`
        : (parting?.message ?? 'no longer declared');
    const { disruptive } = job;
    const all = [...(parting?.changes ?? []), ...changes];
    if (link !== undefined || parting?.isThere === true)
      this.#say(id, kind, 'released', message, all.length === 0 ? {} : { changes: all, disruptive });
    else if (origin === 'made')
      this.#say(id, kind, 'removed', 'no longer declared; its link is gone already');
    ledger.forget(id);
    ledger.write();
    return true;
  }

  /** The steps that take what vnetd put on a link off it again. */
  #takingOut(
    id: ObjectId,
    kind: string,
    inForce: ReadonlyMap<string, InForce>,
    link: InventoryLink,
  ): TakingOut {
    const { namespace, name } = parseObjectId(id);
    const view = this.#around.rooms.of(id)?.view;
    if (view === undefined) return nothing;
    const bare = {
      id,
      namespace,
      name,
      kind,
      fields: {},
      lists: {},
      onDrift: 'restore',
      sources: [],
    } as const;
    const found = foundLink(view, bare, link);
    const steps: Step[] = [];
    const changes: Change[] = [];
    for (const [at, { how }] of inForce) {
      const [list = '', ...key] = at.split('/');
      const entry = isOurs(how) ? found.list(list)?.get(key.join('/')) : undefined;
      if (entry === undefined || this.#isInherited(id, view.under(link)?.namespace ?? namespace, at))
        continue;
      steps.push({ do: 'remove', id, list, entry: entry.key, fields: entry.fields });
      changes.push({ key: list, wanted: null, found: entry.key });
    }
    const { disruptive, leaving } = this.#leaving(id, found, inForce);
    // Behind the lists, since a port that left its bridge has lost its VLANs.
    steps.push(...leaving);
    if (leaving.length > 0) changes.push({ key: 'master', wanted: null, found: found.values.master ?? null });
    const isFetched = inForce.has(fetched) && namespace !== null;
    if (!isFetched) return { job: { disruptive, steps }, changes };
    steps.push({ do: 'move', id: objectId(null, name), from: id });
    // A link leaves its namespace down, and one request must be over before the next.
    return { job: { disruptive: true, steps }, changes };
  }

  /** Takes out what outlives a link that is about to be deleted: what is its namespace's. */
  #leaveNamespace(
    id: ObjectId,
    kind: string,
    inForce: ReadonlyMap<string, InForce>,
    link: InventoryLink,
  ): void {
    const lasting = [...inForce].filter(([at]) => isOfNamespace(at.split('/')[0] ?? ''));
    if (lasting.length === 0) return;
    const { job, changes } = this.#takingOut(id, kind, new Map(lasting), link);
    if (job.steps.length === 0) return;
    const [done = []] = this.#around.perform([{ id, ...job }]);
    for (const [i, { outcome }] of done.entries())
      if (outcome.is === 'refused')
        this.#say(id, kind, 'refused', `cannot be taken away: ${outcome.words}`, {
          changes: changes.slice(i, i + 1),
        });
  }

  /** Whether something in a namespace is declared by another link as well; then it is that one's from now on. */
  #isInherited(id: ObjectId, where: NamespaceName, at: string): boolean {
    const { shared } = this.#around;
    const [list = '', ...key] = at.split('/');
    if (!isOfNamespace(list) || !shared.hasHeir(id, where, list, key.join('/'))) return false;
    shared.passOn(id, where, at);
    return true;
  }

  /** The steps that end a membership vnetd brought about. */
  #leaving(id: ObjectId, found: FoundLink, inForce: ReadonlyMap<string, InForce>) {
    const { master = null, state } = found.values;
    const joined = inForce.get('master');
    if (master === null || !isOurs(joined?.how) || joined?.digest !== digestOf(master))
      return { disruptive: false, leaving: [] };
    const leave: Step = { do: 'set', id, kind: 'device', fields: { master: 'none' } };
    const disruptive = leavesDown(found.masterKind) && state === 'up';
    const leaving: readonly Step[] = disruptive ? [{ do: 'down', id }, leave, { do: 'up', id }] : [leave];
    return { disruptive, leaving };
  }

  async #delete(ids: readonly ObjectId[]): Promise<void> {
    const { ledger, slowSocket, rooms } = this.#around;
    const writer = new Writer(1024);
    for (const [i, id] of ids.entries()) {
      const room = rooms.of(id);
      const body = bareLink(room?.identities.linkOf(id)?.ifindex ?? 0, room?.nsid);
      writeRequest(writer, { type: RTM.DELLINK, flags: 0, body }, i);
    }
    const answers = await slowSocket.exchange(writer.bytes.slice());
    eachMessage(viewOf(answers), 0, answers.length, (message) => {
      const id = ids[message.sequence];
      if (message.type !== NLMSG.ERROR || id === undefined) return;
      const { errno, words } = acknowledgementOf(message);
      const { kind } = ledger.get(id);
      if (errno === 0 || errno === ENODEV) this.#say(id, kind, 'removed', 'no longer declared');
      else this.#say(id, kind, 'refused', `cannot be deleted: ${words}`);
      ledger.forget(id);
    });
    ledger.write();
  }

  #say(
    id: ObjectId,
    kind: string,
    event: Happening['event'],
    message: string,
    more: Partial<Happening> = {},
  ): void {
    this.#around.happened({ at: Date.now(), id, event, kind, message, ...more });
  }
}

function isOfNamespace(list: string): boolean {
  const table = listNamed(list);
  return table?.source === 'asked' && table.of === 'underlay';
}
