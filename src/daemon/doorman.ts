import { closeSync, type FSWatcher, openSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { type DeclaredNamespace, namespaceId, namespaceName, type ObjectId } from '../model/address.ts';
import type { Channel } from '../netlink/channel.ts';
import { InsideChannel } from '../netlink/inside.ts';
import { OWN } from '../netlink/messages.ts';
import { Messenger } from '../netlink/messenger.ts';
import { type Courier, isBare, MountTable } from '../netlink/namespaces.ts';
import { NativeError, namespaceCookie } from '../netlink/native.ts';
import { givenNsidOf } from '../netlink/nsid.ts';
import type { Ledger } from '../owners/ledger.ts';
import { namespace } from '../reconcilers/namespace.ts';
import { linkGone, linkThere } from './lobby.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

/** Mounts come and go on container hosts: all names are looked at again at most so often. */
const PAUSE_MS = 250;

/** Cookies are counted up from 1: this many namespaces of one boot have numbers of their own. */
const MOST = 0x7fff_ffffn;

/** ip-netns(8) takes the mount away, then the file: in between it is none to be cleared away. */
const GRACE_MS = 50;

/** A namespace that stands under a name. */
interface Seen {
  readonly cookie: bigint;
  /** Its number in the lobby. */
  readonly number: number;
  readonly room: Room | undefined;
}

export interface DoormanRim {
  readonly folder: string;
  readonly channel: Channel;
  readonly courier: Courier;
  readonly rooms: Rooms;
  readonly ledger: Ledger;
  /** A room was opened, and nothing of it was read yet. */
  opened(room: Room): void;
  /** What stood in the way of a name may be another thing now, or nothing. */
  cleared(id: ObjectId): void;
  /** Something may have changed, outside of the keeper's turn. */
  changed(): void;
  later(work: () => void, ms: number): void;
}

/**
 * Knows which namespaces stand under the names that are declared, and opens and closes their rooms.
 * Nothing of a namespace is kept open: that would keep it alive when its name is deleted. The folder of names and
 * the mount table tell of changes; which namespace it is, its cookie tells.
 */
export class Doorman {
  readonly #rim: DoormanRim;
  readonly #own = namespaceCookie();
  readonly #names = new Map<DeclaredNamespace, Seen | undefined>();
  /** Device and inode of each file: another one is another namespace, the same one need not be the same. */
  readonly #files = new Map<DeclaredNamespace, string | undefined>();
  readonly #graced = new Set<DeclaredNamespace>();
  readonly #mounts = new MountTable();
  #folder: FSWatcher | undefined;
  #strangers = 0;
  #resting = false;
  #restless = false;

  constructor(rim: DoormanRim) {
    this.#rim = rim;
  }

  /** Watches the names from now on. */
  start(): void {
    this.#watchFolder();
    this.#mounts.watch(() => this.#mounted());
  }

  stop(): void {
    this.#mounts.close();
    this.#folder?.close();
    this.#folder = undefined;
  }

  /** Begins to know a name. */
  know(name: DeclaredNamespace): void {
    if (this.#names.has(name)) return;
    this.#names.set(name, undefined);
    this.#look(name);
  }

  /** Forgets a name, and leaves what it stands for alone. */
  forget(name: DeclaredNamespace): void {
    const seen = this.#names.get(name);
    this.#names.delete(name);
    this.#files.delete(name);
    if (seen !== undefined) this.#leave(seen);
  }

  /** Finds what stands under a name now. */
  look(name: DeclaredNamespace): void {
    if (!this.#names.has(name)) return;
    const isLeaving = this.#names.get(name) !== undefined && isBare(join(this.#rim.folder, name));
    if (!isLeaving) this.#look(name);
    else if (!this.#graced.has(name)) {
      this.#graced.add(name);
      this.#rim.later(() => {
        this.#graced.delete(name);
        if (this.#names.has(name)) this.#look(name);
        this.#rim.changed();
      }, GRACE_MS);
    }
  }

  #look(name: DeclaredNamespace): void {
    const path = join(this.#rim.folder, name);
    const file = fileAt(path);
    const descriptor = file === undefined ? undefined : opened(path);
    const before = this.#names.get(name);
    const isOther = this.#files.get(name) !== file;
    this.#files.set(name, file);
    try {
      const cookie = descriptor === undefined ? undefined : cookieOf(descriptor);
      if (before !== undefined && before.cookie !== cookie) this.#left(name, before);
      if (cookie === undefined || descriptor === undefined) {
        if (isOther) this.#rim.cleared(namespaceId(name));
      } else if (before?.cookie !== cookie) this.#arrived(name, { path, cookie, descriptor });
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** Looks at each name whose file is another one than it was. */
  lookAtAll(): void {
    for (const name of this.#names.keys())
      if (fileAt(join(this.#rim.folder, name)) !== this.#files.get(name)) this.look(name);
  }

  #arrived(
    name: DeclaredNamespace,
    { path, cookie, descriptor }: { path: string; cookie: bigint; descriptor: number },
  ): void {
    const { rooms, channel, courier } = this.#rim;
    const nsid = givenNsidOf(channel, descriptor) ?? OWN;
    const stranger = this.#strangerIn(cookie, nsid);
    const number = stranger === undefined ? Number(cookie & MOST) : -1 - this.#strangers++;
    if (this.#rim.ledger.get(namespaceId(name)).ifindex !== number) this.#otherThanBefore(name);
    let room: Room | undefined;
    if (stranger === undefined) {
      const gone = () => this.#rim.later(() => this.#lookSoon(name), 0);
      const inside = new InsideChannel(channel, courier, { path, cookie }, nsid, gone);
      const messenger = new Messenger(courier, { path, cookie }, gone);
      room = rooms.add({ name, channel: inside, path, messenger, nsid });
      channel.reach(nsid, courier, { path, cookie });
      this.#rim.opened(room);
    }
    this.#names.set(name, { cookie, number, room });
    rooms.lobby.inventory.take(linkThere(namespaceId(name), number, stranger ?? namespace.kernel.kind));
  }

  /** What a namespace is that is not to be looked into, in the words of its table (`stranger`). */
  #strangerIn(cookie: bigint, nsid: number): string | undefined {
    if (cookie === this.#own) return 'host';
    const twin = [...this.#names].find(([, seen]) => seen?.cookie === cookie)?.[0];
    if (twin !== undefined) return namespaceId(twin);
    return nsid === OWN ? 'unheard' : undefined;
  }

  #left(name: DeclaredNamespace, seen: Seen): void {
    this.#names.set(name, undefined);
    this.#otherThanBefore(name);
    this.#leave(seen);
  }

  #leave({ cookie, number, room }: Seen): void {
    const { rooms, channel } = this.#rim;
    rooms.lobby.inventory.take(linkGone(number));
    if (room === undefined) return;
    rooms.close(room);
    channel.unreach(room.nsid);
    // By another name it may be looked into now.
    for (const [other, seen] of this.#names)
      if (seen?.cookie === cookie) {
        this.#left(other, seen);
        this.look(other);
      }
  }

  /** The links that are remembered in a namespace of this name were in another one. */
  #otherThanBefore(name: DeclaredNamespace): void {
    const { ledger } = this.#rim;
    for (const id of ledger.ids()) if (id.startsWith(`${name}/`) && id !== namespaceId(name)) ledger.died(id);
  }

  #lookSoon(name: DeclaredNamespace): void {
    this.look(name);
    this.#rim.changed();
  }

  #watchFolder(): void {
    try {
      this.#folder = watch(this.#rim.folder, { persistent: false }, (_, name) => {
        if (name !== null && this.#names.has(namespaceName(name))) this.#lookSoon(namespaceName(name));
      });
      this.#folder.on('error', () => {
        this.#folder?.close();
        this.#folder = undefined;
      });
    } catch {
      // There is no namespace with a name yet: its first mount tells of the folder.
      this.#folder = undefined;
    }
  }

  #mounted(): void {
    if (this.#resting) {
      this.#restless = true;
      return;
    }
    this.#resting = true;
    this.#restless = false;
    if (this.#folder === undefined) this.#watchFolder();
    this.lookAtAll();
    this.#rim.changed();
    this.#rim.later(() => {
      this.#resting = false;
      if (this.#restless) this.#mounted();
    }, PAUSE_MS);
  }
}

/** Device and inode; undefined when there is none. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    // Gone since, or of no use to us: no namespace can be entered by it.
    return undefined;
  }
}

/** The namespace a descriptor is of; undefined for a file that is none, as a name without its mount. */
function cookieOf(descriptor: number): bigint | undefined {
  try {
    return namespaceCookie(descriptor);
  } catch (error) {
    if (error instanceof NativeError && error.code === 'EINVAL') return undefined;
    throw error;
  }
}
