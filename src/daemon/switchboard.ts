import { followedColumns, portAnywhere, Switches, type SwitchTouch } from '../inventory/switches.ts';
import type { View } from '../inventory/view.ts';
import { asObjectId, type ObjectId, objectId } from '../model/address.ts';
import { OvsdbClient, type OvsdbState, type Update } from '../ovsdb/client.ts';
import type { Post } from '../owners/ovsdb-post.ts';
import type { Performed } from '../owners/performer.ts';
import { switchedLists } from '../reconcilers/index.ts';
import { portsIn } from '../reconcilers/ovs-entries.ts';
import type { SwitchStanding } from './abilities/open-vswitch.ts';
import { nowMicros } from './clock.ts';
import type { Work } from './hands.ts';
import { type Held, isSwitched } from './held.ts';
import type { Objects } from './objects.ts';
import type { Queue, Reason } from './queue.ts';
import { SwitchHealth, type Trouble, troubleOf } from './switch-health.ts';
import { SwitchMail } from './switch-mail.ts';
import { SwitchSight } from './switch-sight.ts';
import { BEGINNING_MS, Vswitchd } from './vswitchd.ts';

export interface SwitchboardRim {
  /** Whose marks are this vnetd’s own. */
  readonly identity: string;
  readonly objects: Objects;
  readonly queue: Queue;
  view(): View;
  /** What was asked for of an object came to this. */
  landed(work: Work, results: readonly Performed[]): void;
  /** Whether a bridge that is not there is about to be made, when it is looked at. */
  isComing(id: ObjectId, held: Held): boolean;
  /** Something may have changed, outside of the keeper's turn. */
  changed(): void;
  /** The world was read anew: what is in it that nobody declares any more? */
  read(): void;
  /** What is the matter with Open vSwitch, or (null) that it is over, and how that is said. */
  trouble(sentence: string | null, over: string): void;
  /** Calls back soon, after the event loop had its turn. */
  soon(work: () => void): void;
  later(work: () => void, ms: number): void;
}

/** Open vSwitch as the keeper sees it: follows its database, and has looked at what changes in it. */
export class Switchboard {
  /** How its objects are found. */
  readonly sight: SwitchSight;
  /** The way to change them. */
  readonly mail: SwitchMail;
  readonly #rim: SwitchboardRim;
  readonly #health: SwitchHealth;
  #switches: Switches;
  #client: OvsdbClient | undefined;
  #ending = new AbortController();
  #address: string | undefined;
  #isRead = false;
  #wasRead = false;
  #hasTried = false;
  #isOverdue = false;
  /** The number of the change ovs-vswitchd took up last. */
  #current = 0;
  /** What keeps the database from being followed, if it is more than that nobody is there. */
  #amiss: string | undefined;
  /** What the last attempt to reach it ended by. */
  #why: string | undefined;
  #vswitchd: Vswitchd | undefined;

  constructor(rim: SwitchboardRim) {
    this.#rim = rim;
    this.#switches = new Switches(rim.identity);
    this.#health = new SwitchHealth(rim);
    this.sight = new SwitchSight({
      objects: rim.objects,
      switches: () => this.#switches,
      view: () => rim.view(),
      socket: () => pathIn(this.#address ?? ''),
      isKnown: () => this.isKnown,
      vswitchd: () => (this.#isIdle ? 'is gone' : this.#vswitchd?.isBeginning === true ? 'begins' : 'runs'),
      isComing: (id, held) => rim.isComing(id, held),
      soon: (work) => rim.soon(work),
    });
    this.mail = new SwitchMail({
      queue: rim.queue,
      post: () => this.#post,
      // Nobody waits for an ovs-vswitchd that is known not to run.
      isTakenUp: (change) => change <= this.#switches.configured.current || this.#isIdle || !this.isKnown,
      overdue: () => {
        this.#isOverdue = true;
        this.#health.look(this.#trouble);
      },
      landed: (work, results) => rim.landed(work, results),
      changed: () => rim.changed(),
      soon: (work) => rim.soon(work),
      later: (work, ms) => rim.later(work, ms),
    });
  }

  /** Follows the database at an address, `unix:` and a path; does nothing if it does. */
  follow(address: string): void {
    if (this.#address === address) return;
    this.#leave();
    this.#address = address;
    this.#hasTried = false;
    this.#ending = new AbortController();
    // Nothing of another database counts here.
    this.#switches = new Switches(this.#rim.identity);
    const path = pathIn(address);
    this.#vswitchd = new Vswitchd(path, () => {
      this.#heed();
      this.#awaitBeginning();
    });
    this.#awaitBeginning();
    this.#client = new OvsdbClient({
      path,
      database: 'Open_vSwitch',
      follow: followedColumns(),
      signal: this.#ending.signal,
      listener: {
        changed: (update) => this.#changed(update),
        moved: (state) => this.#moved(state),
      },
    });
  }

  /** Ends for good: what comes of what is under way is nobody's any more. */
  close(): void {
    this.mail.close();
    this.#health.close();
    this.#leave();
  }

  #leave(): void {
    this.#ending.abort();
    this.#vswitchd?.close();
    this.#vswitchd = undefined;
    this.#client = undefined;
    this.#address = undefined;
    this.#amiss = undefined;
    this.#isRead = false;
    this.#wasRead = false;
  }

  /** Looks whether ovs-vswitchd runs, where its notices went unseen: its database goes on without it, and shows all as it was. */
  sweep(): void {
    this.#vswitchd?.look();
    this.#heed();
  }

  /** What ovs-vswitchd has not opened when its beginning is over it will not open by itself. */
  #awaitBeginning(): void {
    const vswitchd = this.#vswitchd;
    if (vswitchd?.isBeginning !== true) return;
    this.#rim.later(() => {
      if (this.#vswitchd !== vswitchd || vswitchd.hasTakenUp) return;
      this.#lookAtAll({ noticed: null, urgent: false });
      this.#rim.changed();
    }, BEGINNING_MS + 1);
  }

  #tookUp(): void {
    const wasBeginning = this.#vswitchd?.isBeginning === true;
    this.#vswitchd?.tookUp();
    if (wasBeginning) this.#lookAtAll({ noticed: null, urgent: false });
  }

  #heed(): void {
    this.#health.look(this.#trouble);
    this.mail.land();
  }

  /** Whether the database is read, and is one: before `ovs-vsctl init` it has no row that bridges could be in. */
  get isKnown(): boolean {
    return this.#isRead && this.#switches.root !== undefined;
  }

  /** Whether all is as it was read last, since the database cannot be read just now. */
  get isAway(): boolean {
    return !this.#isRead;
  }

  /** Whether it was looked for and is away. */
  get isLost(): boolean {
    return !this.#isRead && this.#hasTried;
  }

  /** Whether anything is still to be answered by the database, which says nothing of ovs-vswitchd. */
  get isAwaiting(): boolean {
    return this.mail.isAwaiting || (this.#client !== undefined && !this.#hasTried);
  }

  get standing(): SwitchStanding {
    const database = !this.#isRead ? 'away' : !this.isKnown ? 'empty' : this.#isIdle ? 'idle' : 'heeded';
    const why = database === 'away' ? this.#why : this.#trouble?.sentence;
    return { socket: pathIn(this.#address ?? ''), database, why };
  }

  get #post(): Post {
    const client = this.#client;
    const gone = { is: 'not-sent', why: 'Open vSwitch is not there' } as const;
    return {
      switches: this.#switches,
      transact: async (operations) => client?.transact(operations) ?? gone,
    };
  }

  #changed(update: Update): void {
    const noticed = nowMicros();
    const touch = this.#switches.take(update.changes, this.#client?.tables);
    const reason = update.from === 'notice' ? { noticed, urgent: true } : { noticed: null, urgent: false };
    if (update.from === 'snapshot') this.#isRead = true;
    const { next, current } = this.#switches.configured;
    this.#look(touch, reason);
    if (update.from === 'notice' && current > this.#current) this.#tookUp();
    this.#current = current;
    if (current >= next) this.#isOverdue = false;
    this.#heed();
    this.#rim.changed();
  }

  #look({ bridges, holders, ports, wholes, all }: SwitchTouch, reason: Reason): void {
    if (all) this.#lookAtAll(reason);
    const { objects, queue } = this.#rim;
    const look = (id: ObjectId) => {
      if (objects.get(id) !== undefined) queue.add(id, reason);
    };
    for (const name of bridges) look(objectId(null, name));
    for (const name of holders) {
      const id = objectId(null, name);
      if (mindsItsPorts(objects.get(id))) look(id);
    }
    for (const name of wholes) {
      const id = objectId(null, name);
      look(id);
      for (const one of objects.mentioning(id)) look(one);
    }
    for (const name of ports) {
      for (const one of objects.mentioning(asObjectId(portAnywhere(name)))) look(one);
      // A link of the host's that is to have the name.
      look(objectId(null, name));
      // The bond it is, or is to be, a member of.
      for (const one of objects.mentioning(objectId(null, name))) look(one);
    }
  }

  #lookAtAll(reason: Reason): void {
    const { objects, queue } = this.#rim;
    for (const [id, held] of objects.entries()) if (isSwitched(held)) queue.add(id, reason);
  }

  #moved(state: OvsdbState): void {
    this.#hasTried = true;
    this.#isRead = state.is === 'ready';
    this.#wasRead ||= this.#isRead;
    // Who began the server begins ovs-vswitchd too, and says so by the server's own file.
    this.#vswitchd?.look();
    this.#why = state.is === 'connecting' ? state.why : undefined;
    this.#amiss = state.is === 'connecting' && state.isAmiss ? state.why : undefined;
    this.#lookAtAll({ noticed: null, urgent: false });
    if (this.#isRead) this.#rim.read();
    else this.#isOverdue = false;
    this.#heed();
    this.#rim.changed();
  }

  /** Whether nobody takes up what is asked for. */
  get #isIdle(): boolean {
    return this.#isOverdue || this.#vswitchd?.isGone === true;
  }

  get #trouble(): Trouble | undefined {
    const isGone = this.#vswitchd?.isGone === true;
    return troubleOf({
      address: this.#address ?? '',
      isRead: this.#isRead,
      wasRead: this.#wasRead,
      isEmpty: this.#switches.root === undefined,
      amiss: this.#amiss,
      vswitchd: !this.isKnown || !this.#isIdle ? 'heeds' : isGone ? 'is gone' : 'is overdue',
    });
  }
}

/** Whether it is to do with a bridge which ports it has: it says that there are no others, or what is in it names some. */
function mindsItsPorts(held: Held | undefined): boolean {
  if (held === undefined) return false;
  const { onlyMembers, lists } = held.wanted;
  return (
    onlyMembers !== undefined ||
    switchedLists.some(({ name, rows }) =>
      lists[name]?.entries.some(({ fields }) => portsIn(rows, fields).length > 0),
    )
  );
}

/** The file that is meant by `unix:PATH`. */
function pathIn(address: string): string {
  return address.slice(address.indexOf(':') + 1);
}
