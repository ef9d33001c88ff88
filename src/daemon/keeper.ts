import type { Facets } from '../inventory/facets.ts';
import { namespaceItself, type ObjectId, objectId } from '../model/address.ts';
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
import type { Judgement } from '../plan/situation.ts';
import { Arming } from './arming.ts';
import { Assessor } from './assessor.ts';
import { Attendant } from './attendant.ts';
import { Bookkeeper } from './bookkeeper.ts';
import type { DeclarationChange } from './changes.ts';
import { Claims } from './claims.ts';
import { nowMicros } from './clock.ts';
import { Doorman } from './doorman.ts';
import { Ears } from './ears.ts';
import { Hands } from './hands.ts';
import type { Held } from './held.ts';
import { Inquirer } from './inquirer.ts';
import { Leavers } from './leavers.ts';
import { Objects } from './objects.ts';
import { Queue, type Reason } from './queue.ts';
import { Reader } from './reader.ts';
import { Removals } from './removals.ts';
import type { Room } from './room.ts';
import { Rooms } from './rooms.ts';
import { SharedEntries } from './shared-entries.ts';
import { Sightings } from './sightings.ts';
import { Sweeper } from './sweeper.ts';
import { SwitchRemovals } from './switch-removals.ts';
import { Switchboard } from './switchboard.ts';
import { Turns } from './turns.ts';
import { openChannel } from './watchman.ts';

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
  /** Where the OVSDB listens, if not where the declaration says. */
  readonly ovsdb: string | undefined;
  /** By which what this vnetd made is told from what another did. */
  readonly identity: string;
  /** What is the matter with something beside the objects, or (null) that it is over, and how that is said. */
  trouble(about: string, sentence: string | null, over: string): void;
  happened(happening: Happening): void;
  changed(id: ObjectId): void;
  settled(generation: number): void;
  /** Calls back soon, after the event loop had its turn. */
  soon(work: () => void): void;
  /** Calls back after so many milliseconds. */
  later(work: () => void, ms: number): void;
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
  readonly #leavers: Leavers;
  readonly #claims: Claims;
  readonly #shared: SharedEntries;
  readonly #sweeper: Sweeper;
  readonly #arming: Arming;
  readonly #queue = new Queue();
  readonly #assessor: Assessor;
  readonly #hands: Hands;
  readonly #ears: Ears;
  readonly #switchboard: Switchboard;
  readonly #switchRemovals: SwitchRemovals;
  readonly sightings: Sightings;
  readonly #turns: Turns;
  #settings: DaemonSettings | undefined;
  #generation = 0;
  #whole = false;
  #settled = true;

  constructor(rim: Rim) {
    this.#rim = rim;
    this.#channel = openChannel(rim.socket, {
      message: (received) => this.#ears.take(received),
      lost: () => this.#turns.lose(),
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
      changed: () => this.#turns.take(),
      later: (work, ms) => rim.later(work, ms),
    });
    this.#maker = new NamespaceMaker(rim.namespaces, (name) => this.#doorman.look(name));
    this.#books = new Bookkeeper(rim, (id) => this.#wake(id));
    this.#claims = new Claims(rim.ledger, this.objects, this.#shared);
    this.#switchboard = new Switchboard({
      identity: rim.identity,
      objects: this.objects,
      queue: this.#queue,
      view: () => this.rooms.host.view,
      landed: (work, results) => this.#hands.landed(work, results),
      isComing: (id, held) => this.#isComing(id, held),
      // What the kernel said by now is read first: of a port's link it tells before Open vSwitch does.
      changed: () => this.#turns.take(),
      read: () => this.#leavers.find(this.#whole),
      trouble: (sentence, over) => rim.trouble('Open vSwitch', sentence, over),
      soon: (work) => rim.soon(work),
      later: (work, ms) => rim.later(work, ms),
    });
    this.#switchRemovals = new SwitchRemovals({
      ledger: rim.ledger,
      switchboard: this.#switchboard,
      happened: (happening) => rim.happened(happening),
      deleteLink: (name) => {
        const id = objectId(null, name);
        this.#hands.perform([{ id, steps: [{ do: 'delete', id }], disruptive: false }]);
      },
      release: (id, parting) => this.#removals.release(id, parting),
      isMoving: (id) => this.#leavers.heirOf(id) !== undefined,
    });
    this.sightings = new Sightings(this.objects, this.rooms, this.#switchboard);
    this.#assessor = new Assessor(
      this.rooms,
      this.#switchboard,
      this.sightings,
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
      contested: () => this.#books.contests.settings,
      broken: (id, held, error) => this.#books.broken(id, held, error),
      isBusy: () => this.#turns.isBusy,
      later: (work, ms) => rim.later(work, ms),
    });
    this.#hands = new Hands({
      channel: this.#channel,
      rooms: this.rooms,
      objects: this.objects,
      ledger: rim.ledger,
      performer: this.#performer,
      maker: this.#maker,
      claims: this.#claims,
      books: this.#books,
      arming: this.#arming,
      queue: this.#queue,
      switchboard: this.#switchboard,
      sightings: this.sightings,
    });
    const attendant = new Attendant({
      objects: this.objects,
      rooms: this.rooms,
      switchboard: this.#switchboard,
      sightings: this.sightings,
      queue: this.#queue,
      assessor: this.#assessor,
      books: this.#books,
      claims: this.#claims,
      arming: this.#arming,
      hands: this.#hands,
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
    this.#leavers = new Leavers({
      objects: this.objects,
      ledger: rim.ledger,
      sight: this.#switchboard.sight,
      removals: this.#removals,
      switchRemovals: this.#switchRemovals,
      isLost: () => this.#switchboard.isLost,
      happened: (happening) => rim.happened(happening),
    });
    this.#turns = new Turns({
      arming: this.#arming,
      attendant,
      channel: this.#channel,
      ears: this.#ears,
      hands: this.#hands,
      queue: this.#queue,
      reader: this.#reader,
      rooms: this.rooms,
      resync: () => this.#resync(),
      idle: () => this.#settle(),
      soon: (work) => rim.soon(work),
    });
  }

  /** Reads the world for the first time and watches it from then on. */
  start(): void {
    this.#resync();
    for (const id of this.#rim.ledger.ids()) this.#knowNamespace(id);
    this.#doorman.start();
    for (const owner of Object.values(this.#rim.facets))
      owner.watch((ifindex) => this.#heardElsewhere(ifindex));
    this.#rim.socket.watch(() => this.#turns.take());
  }

  /** Takes a new declaration: what is new or different is looked at, what left it is taken away or let go. */
  declare(declaration: DeclarationChange): void {
    this.#hands.landAll();
    const settingsBefore = this.#settings;
    this.#settings = declaration.daemon;
    this.#books.contests.settings = declaration.daemon.contested;
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
      this.#switchRemovals.cancel(id);
      this.#knowNamespace(id);
      this.#queue.add(id, reason);
      this.#rim.changed(id);
    }
    this.#whole = declaration.whole;
    this.#leavers.find(this.#whole);
    if (this.#leavers.concernSwitches) this.#switchboard.follow(this.#rim.ovsdb ?? declaration.daemon.ovsdb);
    this.#turns.work();
  }

  /** Looks at everything once more: what the kernel does not announce is found here. Paced, behind every repair. */
  sweep(): void {
    this.#lookAgain(this.#books.refusals.abilitiesMayHaveChanged(this.objects));
    this.#switchboard.sweep();
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
    if (ids.length > 0) this.#turns.work();
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
    this.#turns.whenDone(id, then);
    this.#turns.work();
  }

  /** Ends what is under way and begins nothing more. */
  async stop(): Promise<void> {
    this.#turns.stop();
    this.#hands.landAll();
    this.#channel.reflexes = false;
    this.#sweeper.stop();
    this.#doorman.stop();
    for (const owner of Object.values(this.#rim.facets)) owner.close();
    await this.#removals.end();
    await this.#switchRemovals.end();
    this.#switchboard.close();
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

  /** Whether a bridge that is not there will be made as soon as it is looked at. */
  #isComing(id: ObjectId, held: Held): boolean {
    if (held.refusals.has('exists') || this.#books.contests.reasons(held).has('exists')) return false;
    return held.forced || held.wanted.onDrift === 'restore' || this.#claims.neverSeen(id);
  }

  /** Another source than rtnetlink tells of a link, or (without a number) of any. */
  #heardElsewhere(ifindex?: number): void {
    const reason: Reason = { noticed: nowMicros(), urgent: true };
    for (const [id, { sight }] of this.#concerned(ifindex))
      if (sight.sources.length > 0) this.#queue.add(id, reason);
    this.#turns.work();
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
    this.#turns.work();
  }

  #settle(): void {
    const isRemoving = this.#removals.start(() => this.#turns.take());
    const isParting = this.#switchRemovals.start(() => this.#turns.take()) || isRemoving;
    for (const id of this.#leavers.freed()) this.#queue.add(id, { noticed: null, urgent: false });
    if (isParting || this.#settled || this.#turns.isBusy) return;
    if (this.#switchboard.isAwaiting) return;
    this.#settled = true;
    this.#rim.settled(this.#generation);
  }

  /** Events were lost, or nothing was read yet: read everything again. */
  #resync(): void {
    for (const room of this.rooms.all()) this.#readRoom(room);
    this.#doorman.lookAtAll();
    if (this.#generation > 0) this.#books.resynced();
    // Those of links that are another now, or gone, were put into the queue by the inventory.
    for (const [id, { state }] of this.objects.entries())
      if (state !== 'in-sync') this.#queue.add(id, { noticed: null, urgent: false });
  }

  #readRoom(room: Room): void {
    this.#hands.landAll();
    if (!this.#reader.all(room)) this.#turns.lose();
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
    this.#turns.work();
  }
}
