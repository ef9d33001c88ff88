import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ObjectId } from '../model/address.ts';
import type { InForce, Memory } from '../plan/situation.ts';

/** What is remembered of an object, beside what the planner needs. */
export interface Entry extends Memory {
  readonly kind: string;
  /** The link's number when it was last seen, to know it again under another name. */
  readonly ifindex: number | null;
}

/** One line of the file: what changed of one object; `gone` forgets it. */
interface Line {
  readonly id: string;
  readonly kind?: string;
  readonly origin?: 'made' | 'found';
  readonly mac?: string | null;
  readonly ifindex?: number | null;
  readonly otherEnd?: number | null;
  /** Address inside the object → [digest, how]; null forgets it. */
  readonly inForce?: Readonly<Record<string, readonly [string, InForce['how']] | null>>;
  readonly gone?: true;
}

/** The boot and the namespace the file speaks of; another one makes it void. */
export interface Scope {
  readonly boot: string;
  readonly namespace: string;
}

const VERSION = 1;
/** More lines than this beside one an object, and the file is written anew. */
const SLACK = 20_000;
const nothing: ReadonlyMap<string, InForce> = new Map();
const blank: Entry = { kind: '', origin: null, mac: null, ifindex: null, otherEnd: null, inForce: nothing };

/**
 * Who made what, and which declaration is in force: an append-only file in the runtime directory.
 * It is written before the request it speaks of is sent, so that a crash leaves a claim on a link that may not be
 * there, never a link without its claim. A reboot or another namespace makes it void.
 */
export class Ledger {
  readonly #path: string;
  readonly #scope: Scope;
  readonly #trouble: (sentence: string | null) => void;
  readonly #entries = new Map<ObjectId, Entry>();
  #file: number;
  #pending: string[] = [];
  #lines = 0;

  /** `trouble` is told in a sentence what keeps the file from being written, and null when it is over. */
  constructor(path: string, scope: Scope, trouble: (sentence: string | null) => void = () => {}) {
    this.#trouble = trouble;
    this.#path = path;
    this.#scope = scope;
    mkdirSync(dirname(path), { recursive: true });
    const { lines, whole } = linesOf(path, scope);
    for (const line of lines) this.#take(line);
    this.#lines = lines.length;
    const good = whole && this.#lines <= this.#entries.size + SLACK;
    this.#file = good ? openSync(path, 'a', 0o600) : this.#rewrite(scope);
  }

  get(id: ObjectId): Entry {
    return this.#entries.get(id) ?? blank;
  }

  ids(): readonly ObjectId[] {
    return [...this.#entries.keys()];
  }

  /** Notes that vnetd is about to make the object, or found it. */
  claim(id: ObjectId, kind: string, origin: 'made' | 'found'): void {
    const entry = this.get(id);
    if (entry.origin !== origin || entry.kind !== kind) this.#note({ id, kind, origin });
  }

  /** Notes the number and MAC a link was last seen with, and the number of its other end. */
  saw(id: ObjectId, ifindex: number, mac: string | null, otherEnd: number | null): void {
    const entry = this.get(id);
    if (entry.ifindex === ifindex && entry.mac === mac && entry.otherEnd === otherEnd) return;
    this.#note({ id, ifindex, mac, ...(entry.otherEnd === otherEnd ? {} : { otherEnd }) });
  }

  /** Notes that the link is gone: when there is one again, it is another. */
  lost(id: ObjectId): void {
    if (this.get(id).ifindex !== null) this.#note({ id, ifindex: null });
  }

  /** Notes that the link went with its namespace: whatever has its number in the next one is another. */
  died(id: ObjectId): void {
    if ((this.get(id).ifindex ?? 0) !== 0) this.#note({ id, ifindex: 0 });
  }

  /** Notes that a declared value is in force. */
  bring(id: ObjectId, at: string, digest: string, how: InForce['how']): void {
    const standing = this.get(id).inForce.get(at);
    if (standing?.digest === digest && standing.how === how) return;
    this.#note({ id, inForce: { [at]: [digest, how] } });
  }

  /** Forgets what was in force at an address: its line is gone. */
  drop(id: ObjectId, at: string): void {
    if (this.get(id).inForce.has(at)) this.#note({ id, inForce: { [at]: null } });
  }

  /** What is remembered of an object is remembered of another id: it goes by that from now on. */
  pass(from: ObjectId, to: ObjectId): void {
    const { origin, inForce, ...entry } = this.get(from);
    const standing = Object.fromEntries(
      [...inForce].map(([at, { digest, how }]) => [at, [digest, how] as const]),
    );
    this.#note({ id: to, ...entry, ...(origin === null ? {} : { origin }), inForce: standing });
    this.forget(from);
  }

  forget(id: ObjectId): void {
    if (this.#entries.has(id)) this.#note({ id, gone: true });
  }

  /** Writes what was noted since the last time, in one go: before the requests it speaks of. */
  write(): void {
    if (this.#pending.length === 0) return;
    try {
      writeSync(this.#file, this.#pending.join(''));
    } catch (error) {
      // Kept for the next time: without room for a claim the host is still kept as declared.
      this.#trouble(`what vnetd made cannot be written down: ${(error as Error).message}`);
      return;
    }
    this.#trouble(null);
    this.#lines += this.#pending.length;
    this.#pending = [];
    if (this.#lines <= this.#entries.size + SLACK) return;
    closeSync(this.#file);
    this.#file = this.#rewrite(this.#scope);
  }

  close(): void {
    this.write();
    closeSync(this.#file);
  }

  #note(line: Line): void {
    this.#take(line);
    this.#pending.push(`${JSON.stringify(line)}\n`);
  }

  #take(line: Line): void {
    const id = line.id as ObjectId;
    if (line.gone === true) {
      this.#entries.delete(id);
      return;
    }
    const before = this.#entries.get(id) ?? blank;
    const inForce = before === blank ? new Map<string, InForce>() : (before.inForce as Map<string, InForce>);
    for (const at in line.inForce) {
      const standing = line.inForce[at];
      if (standing == null) inForce.delete(at);
      else inForce.set(at, { digest: standing[0], how: standing[1] });
    }
    this.#entries.set(id, {
      kind: line.kind ?? before.kind,
      origin: line.origin ?? before.origin,
      mac: line.mac === undefined ? before.mac : line.mac,
      ifindex: line.ifindex === undefined ? before.ifindex : line.ifindex,
      otherEnd: line.otherEnd === undefined ? before.otherEnd : line.otherEnd,
      inForce,
    });
  }

  /** Starts the file anew with one line an object, through a rename: a crash leaves the old one or the new. */
  #rewrite(scope: Scope): number {
    const fresh = `${this.#path}.new`;
    this.#lines = 0;
    const lines = [...this.#entries].map(([id, entry]) => {
      const inForce = Object.fromEntries(
        [...entry.inForce].map(([at, { digest, how }]) => [at, [digest, how]]),
      );
      const { kind, mac, ifindex, otherEnd } = entry;
      const origin = entry.origin === null ? {} : { origin: entry.origin };
      return JSON.stringify({ id, kind, ...origin, mac, ifindex, otherEnd, inForce });
    });
    const file = openSync(fresh, 'w', 0o600);
    writeSync(file, `${[JSON.stringify({ version: VERSION, ...scope }), ...lines].join('\n')}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(fresh, this.#path);
    return openSync(this.#path, 'a', 0o600);
  }
}

/**
 * The lines of a file that speaks of this boot and namespace, and whether more can be written behind them;
 * a torn last line is what a crash left, and is dropped.
 */
function linesOf(path: string, scope: Scope): { readonly lines: readonly Line[]; readonly whole: boolean } {
  const text = textOf(path);
  const head = text.indexOf('\n');
  const header = parsed(text.slice(0, Math.max(0, head))) as Partial<Scope & { version: number }> | undefined;
  if (header?.version !== VERSION || header.boot !== scope.boot || header.namespace !== scope.namespace)
    return { lines: [], whole: false };
  const rest = text.slice(head + 1);
  // Ten thousand lines at once are parsed in a third of the time they take one by one.
  const all = parsed(`[${rest.trimEnd().replaceAll('\n', ',')}]`) as readonly Line[] | undefined;
  const lines = all ?? rest.split('\n').flatMap((line) => (parsed(line) as Line | undefined) ?? []);
  const good = lines.filter((line) => typeof line?.id === 'string');
  return { lines: good, whole: all?.length === good.length && (rest === '' || rest.endsWith('\n')) };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function parsed(line: string): unknown {
  try {
    return line === '' ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}
