import type { Facets } from '../inventory/facets.ts';
import type { InventoryLink } from '../inventory/links.ts';
import { isNamespaceId, namespaceItself, type ObjectId } from '../model/address.ts';
import type { DaemonSettings } from '../model/declaration.ts';
import type { Happening } from '../model/event.ts';
import type { PlannedStep } from '../model/step.ts';
import type { Channel } from '../netlink/channel.ts';
import { Messenger } from '../netlink/messenger.ts';
import type { Courier } from '../netlink/namespaces.ts';
import type { NetlinkSocket } from '../netlink/native.ts';
import type { FacetOwner } from '../owners/facet-owner.ts';
import type { Ledger } from '../owners/ledger.ts';
import { NamespaceMaker } from '../owners/namespace-maker.ts';
import { Performer } from '../owners/performer.ts';
import { readLinkRequest } from '../owners/rtnetlink.ts';
import type { Judgement } from '../plan/situation.ts';
import { Arming } from './arming.ts';
import { Assessor } from './assessor.ts';
import { Bookkeeper } from './bookkeeper.ts';
import type { DeclarationChange } from './changes.ts';
import { Claims } from './claims.ts';
import { nowMicros } from './clock.ts';
import { Doorman } from './doorman.ts';
import { Ears } from './ears.ts';
import { Hands, type Work } from './hands.ts';
import type { Held } from './held.ts';
import { Inquirer } from './inquirer.ts';
import { namesMade } from './names-made.ts';
import { Objects } from './objects.ts';
import { Queue, type Reason } from './queue.ts';
import { Reader } from './reader.ts';
import { Removals } from './removals.ts';
import type { Room } from './room.ts';
import { Rooms } from './rooms.ts';
import { SharedEntries } from './shared-entries.ts';
import { Sweeper } from './sweeper.ts';
import { openChannel } from './watchman.ts';

/** At most so many objects and so long a turn, so that the event loop of the thread stays awake. */
const BATCH = 64;
const TURN_MS = 5;
/** Datagrams read before what they changed is looked at: 16 a system call. */
const READS = 4;

/** What the keeper needs of its surroundings. */
export interface Rim {
  readonly socket: NetlinkSocket;
  readonly slowSocket: NetlinkSocket;
  readonly courier: Courier;
  /** Where namespaces have their names, `/run/netns`. */
  readonly namespaces: string;
  readonly ledger: Ledger;
  /** Who has parts of links beside rtnetlink. */
  readonly facets: Facets<FacetOwner>;
  happened(happening: Happening): void;
  changed(id: ObjectId): void;
  settled(generation: number): void;
  /** Calls back soon, after the event loop had its turn. */
  soon(work: () => void): void;
  /** Calls back after so many milliseconds. */
  later(work: () => void, ms: number): void;
}

/** What was found of an object, and what is to be done about it now. */
interface Look {
  readonly judgement: Judgement;
  readonly now: readonly PlannedStep[];
}

/** Keeps what is declared: reads, judges, acts, and says what happened. */
export class Keeper {
  readonly objects = new Objects();
  readonly rooms: Rooms;
  readonly #rim: Rim;
  readonly #channel: Channel;
  readonly #performer: Performer;
  readonly #maker: NamespaceMaker;
  readonly #doorman: Doorman;
  readonly #inquirer: Inquirer;
  readonly #reader: Reader;
  readonly #books: Bookkeeper;
  readonly #removals: Removals;
  readonly #claims: Claims;
  readonly #shared: SharedEntries;
  readonly #sweeper: Sweeper;
  readonly #arming: Arming;
  readonly #queue = new Queue();
  readonly #assessor: Assessor;
  readonly #hands: Hands;
  readonly #ears: Ears;
  #settings: DaemonSettings | undefined;
  #generation = 0;
  #settled = true;
  #lost = false;
  #working = false;
  #stopped = false;
  #asked: { readonly id: ObjectId; readonly then: () => void }[] = [];

  constructor(rim: Rim) {
    this.#rim = rim;
    this.#channel = openChannel(rim.socket, {
      message: (received) => this.#ears.take(received),
      lost: () => {
        this.#lost = true;
      },
    });
    this.#shared = new SharedEntries(this.objects, rim.ledger);
    this.rooms = new Rooms(
      {
        ledger: rim.ledger,
        objects: this.objects,
        shared: this.#shared,
        facets: rim.facets,
        touched: (room, touch) => this.#ears.touched(room, touch),
      },
      this.#channel,
      new Messenger(rim.courier),
    );
    this.#inquirer = new Inquirer(this.rooms, this.objects, rim.ledger);
    this.#reader = new Reader(this.rooms, this.#inquirer);
    this.#performer = new Performer(this.rooms, this.#channel, rim.facets);
    this.#doorman = new Doorman({
      folder: rim.namespaces,
      channel: this.#channel,
      courier: rim.courier,
      rooms: this.rooms,
      ledger: rim.ledger,
      opened: (room) => this.#readRoom(room),
      cleared: (id) => this.#cleared(id),
      changed: () => this.#turn(),
      later: (work, ms) => rim.later(work, ms),
    });
    this.#maker = new NamespaceMaker(rim.namespaces, (name) => this.#doorman.look(name));
    this.#books = new Bookkeeper(rim, (id) => this.#wake(id));
    this.#claims = new Claims(rim.ledger, this.objects, this.#shared);
    this.#assessor = new Assessor(
      this.rooms,
      rim.ledger,
      this.#books,
      this.#inquirer,
      () => this.#settings?.disruptive ?? 'restore',
    );
    this.#sweeper = new Sweeper({
      objects: this.objects,
      linkOf: (id) => this.rooms.linkOf(id),
      look: (ids) => this.#readAgain(ids),
      soon: (work) => rim.soon(work),
    });
    this.#arming = new Arming({
      socket: rim.socket,
      channel: this.#channel,
      rooms: this.rooms,
      objects: this.objects,
      performer: this.#performer,
      judgeFound: (id, held, found) => this.#assessor.judgeFound(id, held, found),
      contested: () => this.#books.contestedSettings,
      broken: (id, held, error) => this.#books.broken(id, held, error),
      isBusy: () => this.#isBusy(),
      later: (work, ms) => rim.later(work, ms),
    });
    this.#hands = new Hands({
      channel: this.#channel,
      rooms: this.rooms,
      objects: this.objects,
      ledger: rim.ledger,
      performer: this.#performer,
      maker: this.#maker,
      assessor: this.#assessor,
      claims: this.#claims,
      books: this.#books,
      arming: this.#arming,
      queue: this.#queue,
    });
    this.#ears = new Ears({
      rooms: this.rooms,
      objects: this.objects,
      queue: this.#queue,
      reader: this.#reader,
      salvage: this.#performer.salvage,
      doorman: this.#doorman,
      portId: rim.socket.portId,
      isBouncing: () => this.#hands.isBouncing,
      later: (work, ms) => rim.later(work, ms),
    });
    this.#removals = new Removals({
      ledger: rim.ledger,
      slowSocket: rim.slowSocket,
      rooms: this.rooms,
      inquirer: this.#inquirer,
      shared: this.#shared,
      perform: (jobs) => this.#hands.perform(jobs),
      drop: (name) => this.#maker.drop(name),
      left: (name) => this.#doorman.forget(name),
      happened: (happening) => rim.happened(happening),
    });
  }

  /** Reads the world for the first time and watches it from then on. */
  start(): void {
    this.#resync();
    for (const id of this.#rim.ledger.ids()) this.#knowNamespace(id);
    this.#doorman.start();
    for (const owner of Object.values(this.#rim.facets))
      owner.watch((ifindex) => this.#heardElsewhere(ifindex));
    this.#rim.socket.watch(() => this.#turn());
  }

  /** Takes a new declaration: what is new or different is looked at, what left it is taken away or let go. */
  declare(declaration: DeclarationChange): void {
    this.#hands.landAll();
    const settingsBefore = this.#settings;
    this.#settings = declaration.daemon;
    this.#books.contestedSettings = declaration.daemon.contested;
    if (JSON.stringify(settingsBefore) !== JSON.stringify(declaration.daemon)) this.#arming.disarmAll();
    this.#generation = declaration.generation;
    this.#settled = false;
    const reason: Reason = { noticed: null, urgent: false };
    const { changed, left } = this.objects.declare(declaration, Date.now());
    for (const held of left) {
      this.#arming.disarm(held);
      this.#rim.changed(held.wanted.id);
    }
    for (const id of changed) {
      this.#arming.disarm(this.objects.get(id));
      this.#removals.cancel(id);
      this.#knowNamespace(id);
      this.#queue.add(id, reason);
      this.#rim.changed(id);
    }
    if (declaration.whole) {
      for (const id of this.#rim.ledger.ids()) {
        if (this.objects.get(id) === undefined) this.#removals.add(id);
      }
    }
    this.#work();
  }

  /** Looks at everything once more: what the kernel does not announce is found here. Paced, behind every repair. */
  sweep(): void {
    this.#lookAgain(this.#books.refusals.abilitiesMayHaveChanged(this.objects));
    this.#sweeper.sweep();
  }

  /** The kernel has a module more, or (`null`) may have: what was refused for want of it is tried again. */
  moduleLoaded(name: string | null): void {
    const { refusals } = this.#books;
    this.#lookAgain(
      name === null ? refusals.abilitiesMayHaveChanged(this.objects) : refusals.loaded(this.objects, name),
    );
  }

  #lookAgain(ids: readonly ObjectId[]): void {
    for (const id of ids) this.#queue.add(id, { noticed: null, urgent: false });
    if (ids.length > 0) this.#work();
  }

  /** Does what was left for the operator; calls back when it was done and looked at again. */
  restore(id: ObjectId, then: () => void): void {
    this.#hands.landAll();
    const held = this.objects.get(id);
    if (held === undefined) {
      then();
      return;
    }
    held.forced = true;
    held.refusals.clear();
    held.unheeded.clear();
    this.#queue.add(id, { noticed: null, urgent: true });
    this.#asked.push({ id, then });
    this.#work();
  }

  /** Ends what is under way and begins nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#hands.landAll();
    this.#channel.reflexes = false;
    this.#sweeper.stop();
    this.#doorman.stop();
    for (const owner of Object.values(this.#rim.facets)) owner.close();
    await this.#removals.end();
  }

  /** What would be done to an object now, disruptive and withheld steps marked. */
  plan(id: ObjectId): readonly PlannedStep[] {
    this.#hands.landAll();
    const held = this.objects.get(id);
    return held === undefined ? [] : this.#assessor.judge(id, held).steps;
  }

  judgement(id: ObjectId): Judgement | undefined {
    this.#hands.landAll();
    const held = this.objects.get(id);
    return held === undefined ? undefined : this.#assessor.judge(id, held);
  }

  /** The link an object stands for, whatever its name is just now. */
  linkOf(id: ObjectId): InventoryLink | undefined {
    return this.rooms.linkOf(id);
  }

  #turn(): void {
    this.#ears.hearing(nowMicros() - this.#channel.reflexMicros, () => this.#channel.drain(READS));
    this.#work();
  }

  /** Another source than rtnetlink tells of a link, or (without a number) of any. */
  #heardElsewhere(ifindex?: number): void {
    const reason: Reason = { noticed: nowMicros(), urgent: true };
    for (const [id, { sight }] of this.#concerned(ifindex))
      if (sight.sources.length > 0) this.#queue.add(id, reason);
    this.#work();
  }

  /** The objects that a link of a number, in whatever namespace, stands for. */
  *#concerned(ifindex?: number): Iterable<readonly [ObjectId, Held]> {
    if (ifindex === undefined) return yield* this.objects.entries();
    for (const { identities } of this.rooms.all()) {
      const id = identities.ownerOf(ifindex);
      const held = id === undefined ? undefined : this.objects.get(id);
      if (id !== undefined && held !== undefined) yield [id, held];
    }
  }

  #wake(id: ObjectId): void {
    if (this.objects.get(id) === undefined) return;
    this.#queue.add(id, { noticed: null, urgent: false });
    this.#work();
  }

  /** Looks at what waits until nothing does or the turn is over. */
  #work(): void {
    if (this.#working || this.#stopped) return;
    this.#working = true;
    const end = performance.now() + TURN_MS;
    while (this.#isBusy()) {
      if (this.#lost) {
        this.#hands.landAll();
        this.#resync();
      }
      // Without the notices of what was made it would be made once more.
      if (this.#hands.flights.isFull || this.#queue.size === 0) this.#hands.land();
      if (this.#lost) continue;
      // What a reflex answered is looked at before anything more is read, which would hide the drift.
      if (!this.#channel.hasReflexed) this.#reader.freshen(this.#hands.flights.isAwaiting);
      this.#lookAt(this.#queue.take(this.#channel.hasReflexed ? this.#queue.size : BATCH));
      // What nobody asked a reflex for is given up below, before anything is read.
      const isStray = this.#queue.size === 0 && this.#channel.hasReflexed;
      if (isStray || performance.now() > end) break;
    }
    this.#working = false;
    this.#arming.disarmStray();
    this.#answer();
    // Letting go of what left the declaration reads notices too.
    if (!this.#isBusy()) this.#settle();
    this.#channel.reflexes = !this.#isBusy();
    if (this.#isBusy()) this.#rim.soon(() => this.#turn());
  }

  /** Whether anything is to be done, or to be waited for. */
  #isBusy(): boolean {
    return this.#lost || this.#queue.size > 0 || this.#hands.flights.isAwaiting || this.rooms.hasStale;
  }

  /** Whoever asked for an object is answered once nothing waits to be done for it. */
  #answer(): void {
    const ready = this.#asked.filter(({ id }) => !this.#queue.has(id) && !this.#hands.flights.waits(id));
    this.#asked = this.#asked.filter((one) => !ready.includes(one));
    for (const { then } of ready) then();
  }

  #settle(): void {
    if (this.#removals.start(() => this.#turn()) || this.#settled) return;
    this.#settled = true;
    this.#rim.settled(this.#generation);
  }

  #lookAt(batch: readonly [ObjectId, Reason][]): void {
    const jobs: Work[] = [];
    const idle: (() => void)[] = [];
    const making = new Set<ObjectId>();
    let needsAll = false;
    for (const [id, reason] of batch) {
      const held = this.objects.get(id);
      if (held === undefined) continue;
      if (this.#hands.mustWait(id, held)) {
        this.#hands.flights.park(id, reason);
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
      if (
        this.#hands.flights.isAwaiting &&
        (disruptive || names.some((name) => this.#hands.flights.has(name)))
      ) {
        this.#hands.flights.park(id, reason);
        needsAll ||= disruptive;
        continue;
      }
      for (const name of names) making.add(name);
      const around = this.#assessor.around(id, held);
      const before = this.linkOf(id)?.ifindex;
      jobs.push({ id, held, judgement, steps: now.map(({ step }) => step), disruptive, around, before });
    }
    // Only now, since it may read notices: that of a reflex's repair would hide the drift from whoever was not judged yet.
    for (const see of idle) see();
    if (jobs.length > 0) this.#hands.act(jobs, making);
    if (needsAll) this.#hands.landAll();
  }

  /** A surprise about one object stays with that object. */
  #look(id: ObjectId, held: Held, reason: Reason): Look | undefined {
    try {
      const judgement = this.#assessor.judge(id, held);
      const foreign = judgement.findings.some(({ at }) => at === 'exists' || at === 'kind');
      if (!foreign && this.#claims.isNew(id)) held.arriving = 'adopted';
      this.#books.noticed(id, held, judgement, reason);
      const ready = judgement.steps.filter(({ withheld }) => withheld === null);
      const now = ready.length > 0 && this.#books.mustWait(held, judgement) ? [] : ready;
      // What is about to be acted on is looked at again right after: the repair does not wait for the books.
      if (now.length === 0) this.#books.stated(id, held, judgement);
      return { judgement, now };
    } catch (error) {
      this.#books.broken(id, held, error);
      return undefined;
    }
  }

  /** Nothing is to be done now: what was found is told and remembered. */
  #seen(id: ObjectId, held: Held, judgement: Judgement): void {
    if (this.#isDying(id, held)) return;
    held.forced = false;
    this.#books.tellDrift(id, held);
    this.#books.tellRefusals(id, held, judgement);
    // What has its name and is of another kind is not what the object stands for.
    const stranger = judgement.findings.some(({ at, hold }) => at === 'kind' && hold?.why === 'refused');
    const link = stranger ? undefined : this.linkOf(id);
    const room = this.rooms.of(id);
    if (link !== undefined) room?.identities.saw(id, link);
    const lower = link === undefined ? undefined : room?.view.under(link)?.inventory.link(link.lower);
    this.#claims.seen(id, held, judgement, link, lower);
    this.#books.arrived(id, held, judgement);
    if (judgement.findings.length > 0) this.#arming.disarm(held);
    else if (!isNamespaceId(id)) this.#arming.inStep(id, held);
  }

  /** A link that is being deleted is taken down first: what would be told is told when it is known to live. */
  #isDying(id: ObjectId, held: Held): boolean {
    const link = this.linkOf(id);
    if (link === undefined || held.untold.length === 0) return false;
    this.rooms.of(id)?.channel.exchange([readLinkRequest(link.ifindex)]);
    const now = this.linkOf(id);
    if (now?.ifindex === link.ifindex) return false;
    this.#books.died(held, now !== undefined);
    this.#queue.add(id, { noticed: null, urgent: true });
    return true;
  }

  /** Events were lost, or nothing was read yet: read everything again. */
  #resync(): void {
    this.#lost = false;
    for (const room of this.rooms.all()) this.#readRoom(room);
    this.#doorman.lookAtAll();
    if (this.#generation > 0) this.#books.resynced();
    // Those of links that are another now, or gone, were put into the queue by the inventory.
    for (const [id, { state }] of this.objects.entries())
      if (state !== 'in-sync') this.#queue.add(id, { noticed: null, urgent: false });
  }

  #readRoom(room: Room): void {
    this.#hands.landAll();
    if (!this.#reader.all(room)) this.#lost = true;
  }

  /** Whatever was refused for it may be possible now. */
  #cleared(id: ObjectId): void {
    const held = this.objects.get(id);
    if (held === undefined) return;
    held.refusals.clear();
    this.#queue.add(id, { noticed: null, urgent: false });
  }

  #knowNamespace(id: ObjectId): void {
    const name = namespaceItself(id);
    if (name !== undefined) this.#doorman.know(name);
  }

  #readAgain(ids: readonly ObjectId[]): void {
    this.#hands.landAll();
    this.#reader.again(ids);
    for (const id of ids) this.#queue.add(id, { noticed: null, urgent: false });
    this.#work();
  }
}
