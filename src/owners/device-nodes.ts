import { chmodSync, lchownSync, lstatSync, readlinkSync, type Stats } from 'node:fs';
import type { FacetedLink } from '../inventory/facets.ts';
import type { Outcome } from '../model/step.ts';
import type { Value, Values } from '../model/value.ts';
import { FolderWatch } from '../netlink/folder-watch.ts';
import { Accounts } from './accounts.ts';
import type { FacetOwner } from './facet-owner.ts';

const ENOENT = 2;
const EPERM = 1;
/** So often the nodes are looked at while their folder cannot be watched. */
const UNWATCHED_MS = 5000;

/** The last part of `node.owner`. */
type Part = 'owner' | 'group' | 'mode';

interface Node {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * The device nodes of macvtap and ipvtap links, `/dev/tapN` by the number of the link.
 * There is one /dev for all namespaces: of two links with one number in two of them the second has no node (devtmpfs_create_node).
 */
export class DeviceNodes implements FacetOwner {
  readonly #folder: string;
  readonly #watch: FolderWatch;
  readonly #users = new Accounts('/etc/passwd');
  readonly #groups = new Accounts('/etc/group');
  #looking: NodeJS.Timeout | undefined;

  constructor(folder = '/dev') {
    this.#folder = folder;
    this.#watch = new FolderWatch(folder);
  }

  file(link: FacetedLink): string | undefined {
    const node = this.#nodeOf(link);
    return typeof node === 'string' ? undefined : node.path;
  }

  found(link: FacetedLink, wanted: Values): Values {
    const node = this.#nodeOf(link);
    const entries = Object.entries(wanted).map(([key, value]) => {
      const found = typeof node === 'string' ? null : this.#partOf(node.stats, partIn(key), String(value));
      return [key, found] as const;
    });
    return Object.fromEntries(entries);
  }

  standing(link: FacetedLink, wanted: Values): string {
    const node = this.#nodeOf(link);
    const numbers = Object.entries(wanted).map(([key, value]) => this.#numberFor(partIn(key), String(value)));
    if (typeof node === 'string') return `${node} ${numbers}`;
    const { ino, uid, gid, mode } = node.stats;
    return [ino, uid, gid, mode, ...numbers].join(' ');
  }

  set(link: FacetedLink, fields: Values): Outcome {
    const node = this.#nodeOf(link);
    if (typeof node === 'string') return { is: 'refused', errno: ENOENT, words: node };
    const { uid, gid } = node.stats;
    let owner = { uid, gid };
    let mode: number | undefined;
    for (const [key, value] of Object.entries(fields)) {
      const part = partIn(key);
      const number = this.#numberFor(part, String(value));
      if (number === undefined) return this.#unknown(part, value);
      if (part === 'mode') mode = number;
      else owner = { ...owner, [part === 'owner' ? 'uid' : 'gid']: number };
    }
    try {
      if (mode !== undefined) permit(node, mode);
      if (owner.uid !== uid || owner.gid !== gid) lchownSync(node.path, owner.uid, owner.gid);
      return { is: 'done' };
    } catch (error) {
      const { errno = -EPERM, message } = error as NodeJS.ErrnoException;
      return { is: 'refused', errno: -errno, words: message };
    }
  }

  watch(changed: (ifindex?: number) => void): void {
    try {
      this.#watch.watch((names) => {
        for (const name of names) {
          if (name === null) changed();
          else if (/^tap[0-9]+$/.test(name)) changed(Number(name.slice(3)));
        }
      });
    } catch {
      // The kernel has no more watches to give (max_user_instances in inotify(7)), or there is no such folder.
      this.#looking = setInterval(() => changed(), UNWATCHED_MS).unref();
    }
  }

  close(): void {
    clearInterval(this.#looking);
    this.#watch.close();
  }

  /** The node of a link, or why it has none. */
  #nodeOf(link: FacetedLink): Node | string {
    const path = `${this.#folder}/tap${link.ifindex}`;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return `there is no ${path}: only the kernel makes it, together with the link`;
    const holder = stats.isCharacterDevice() ? holderOf(stats.rdev) : undefined;
    if (holder !== `${link.name}/${link.kind}/tap${link.ifindex}`)
      return `${path} is not of this link, but of ${holder?.split('/')[0] ?? 'no link'}: two namespaces have a link number ${link.ifindex}, and there is one /dev`;
    const twin = link.twin();
    if (twin !== undefined)
      return `whether ${path} is of this link or of ${twin} cannot be told: both have its name and number`;
    return { path, stats };
  }

  /** What is found, in the words of what is wanted if it is that. */
  #partOf(stats: Stats, part: Part, wanted: string): string {
    switch (part) {
      case 'owner':
        return this.#users.numberOf(wanted) === stats.uid ? wanted : this.#users.nameOf(stats.uid);
      case 'group':
        return this.#groups.numberOf(wanted) === stats.gid ? wanted : this.#groups.nameOf(stats.gid);
      case 'mode':
        return (stats.mode & 0o7777).toString(8).padStart(4, '0');
      default:
        return part satisfies never;
    }
  }

  #numberFor(part: Part, wanted: string): number | undefined {
    switch (part) {
      case 'owner':
        return this.#users.numberOf(wanted);
      case 'group':
        return this.#groups.numberOf(wanted);
      case 'mode':
        return Number.parseInt(wanted, 8);
      default:
        return part satisfies never;
    }
  }

  #unknown(part: Part, wanted: Value): Outcome {
    const [what, accounts] = part === 'owner' ? ['user', this.#users] : ['group', this.#groups];
    return { is: 'refused', errno: ENOENT, words: `there is no ${what} ${wanted} in ${accounts.path}` };
  }
}

function partIn(key: string): Part {
  return key.slice(key.lastIndexOf('.') + 1) as Part;
}

/** Only who owns a file, or may act as if (CAP_FOWNER), sets its mode: it is root's for a moment, for which CAP_CHOWN is enough. */
function permit({ path, stats: { uid, gid } }: Node, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    lchownSync(path, process.geteuid?.() ?? 0, gid);
    try {
      chmodSync(path, mode);
    } finally {
      lchownSync(path, uid, gid);
    }
  }
}

/** Whose a character device is, `NAME/KIND/tapN`, whatever the namespace of that: /sys/dev has them all. */
function holderOf(rdev: number): string | undefined {
  // gnu_dev_major and gnu_dev_minor of makedev(3), for the majors there are.
  const major = (rdev >> 8) & 0xfff;
  const minor = (rdev & 0xff) | ((rdev >> 12) & 0xf_ff00);
  try {
    return readlinkSync(`/sys/dev/char/${major}:${minor}`).split('/net/')[1];
  } catch {
    return undefined;
  }
}
