import { Conversation } from './conversation.ts';
import type { Operation } from './operations.ts';
import type { TransactionOutcome } from './outcome.ts';
import { Replica } from './replica.ts';
import type { RowChange, Tables } from './row.ts';
import type { Columns, Schema } from './schema.ts';
import type { Closure, Session } from './session.ts';
import { watchForFile } from './socket-file.ts';
import { Transactions } from './transactions.ts';

export type OvsdbState =
  /**
   * There is no server to talk to, or no snapshot of it yet; `why` is what went wrong last, undefined at first, and
   * `isAmiss` whether that is more than a server that is not there, or not for the moment.
   */
  | { readonly is: 'connecting'; readonly why: string | undefined; readonly isAmiss: boolean }
  /** The tables are the database's. */
  | { readonly is: 'ready' };

/** What changed in the tables, which have it by now. */
export interface Update {
  /**
   * `snapshot`: everything was read again, and `changes` is what is other than in the tables as they were, of which
   * there may be nothing; the first time it is every row. `notice`: the server told of a transaction, or of several.
   */
  readonly from: 'snapshot' | 'notice';
  readonly changes: readonly RowChange[];
}

/** Who is told; calls come in the order of the server's messages and never inside a call of the client's methods. */
export interface OvsdbListener {
  changed(update: Update): void;
  /** Told after the update that came with it; `connecting` again for each new reason. */
  moved(state: OvsdbState): void;
}

/** Times in milliseconds. */
export interface OvsdbTiming {
  /** After so long a silence the server is asked for a sign of life (5000)… */
  readonly idleMs: number;
  /** …and given so long (30,000): it answers nobody while it commits a large transaction. */
  readonly answerMs: number;
  /** So soon a lost connection is made again (100); each failure doubles it… */
  readonly firstRetryMs: number;
  /** …up to this (5000). What appears at the socket's place is tried at once. */
  readonly slowestRetryMs: number;
}

export interface OvsdbOptions {
  /** The file of the server's socket: `/run/openvswitch/db.sock`. */
  readonly path: string;
  /** `Open_vSwitch`. */
  readonly database: string;
  /** The columns to follow. What the server does not have of them is not asked for ({@link lackingIn}). */
  readonly follow: Columns;
  readonly listener: OvsdbListener;
  /** Ends it: nothing more is told, what is in flight is `lost`. */
  readonly signal: AbortSignal;
  readonly timing?: Partial<OvsdbTiming>;
}

const usualTiming: OvsdbTiming = {
  idleMs: 5000,
  answerMs: 30_000,
  firstRetryMs: 100,
  slowestRetryMs: 5000,
};

/** What does not end by waiting alone. */
const amiss: ReadonlySet<Closure['is']> = new Set(['forbidden', 'silent', 'garbled', 'unfit']);

/**
 * Follows a database of an OVSDB server (RFC 7047) and changes it, whatever becomes of the server meanwhile.
 *
 * Its tables are a mirror that only the server's messages change. They show nothing before the first snapshot is
 * whole; while the connection is lost they stay as they were last; after it is there again a new snapshot tells in one
 * update what is other. So is it when the database or its schema is replaced.
 */
export class OvsdbClient {
  readonly #options: OvsdbOptions;
  readonly #timing: OvsdbTiming;
  readonly #transactions: Transactions;
  #conversation: Conversation | undefined;
  #state: OvsdbState = { is: 'connecting', why: undefined, isAmiss: false };
  #schema: Schema | undefined;
  #replica: Replica | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs: number;
  /** Something came to be at the socket's place while a connection was tried. */
  #noticed = false;
  #unwatch: () => void = () => undefined;

  constructor(options: OvsdbOptions) {
    this.#options = options;
    this.#timing = { ...usualTiming, ...options.timing };
    this.#retryMs = this.#timing.firstRetryMs;
    this.#transactions = new Transactions(options.database);
    if (options.signal.aborted) return;
    options.signal.addEventListener('abort', () => this.#end(), { once: true });
    this.#connect();
  }

  get state(): OvsdbState {
    return this.#state;
  }

  /** What the server has that was spoken to last; undefined before the first snapshot. */
  get schema(): Schema | undefined {
    return this.#schema;
  }

  /** The followed tables; undefined before the first snapshot. */
  get tables(): Tables | undefined {
    return this.#replica;
  }

  /** How many transactions are not answered. */
  get queued(): number {
    return this.#transactions.length;
  }

  /**
   * Has operations done all or none, in this order, behind all transactions asked for earlier; only one is with the
   * server at a time. Never rejects. Unless the state is `ready` nothing is sent; what waits when the connection is
   * lost is not sent either, for it was meant for the world as it was.
   * When this is answered, the tables have what the transaction did to them.
   * When `signal` aborts, one that waits is given up, and the server is asked to cancel one that it has.
   */
  transact(operations: readonly Operation[], signal?: AbortSignal): Promise<TransactionOutcome> {
    return this.#transactions.transact(operations, signal);
  }

  #connect(): void {
    clearTimeout(this.#retry);
    const { path, database, follow, listener } = this.#options;
    this.#unwatch();
    // Before the attempt, so that nothing that comes after it goes unseen.
    this.#unwatch = watchForFile(path, () => this.#notice());
    this.#noticed = false;
    this.#conversation = new Conversation({
      path,
      database,
      follow,
      idleMs: this.#timing.idleMs,
      answerMs: this.#timing.answerMs,
      lacksDatabase: (words) => this.#move({ is: 'connecting', why: words, isAmiss: true }),
      began: (schema, replica, session) => this.#begin(schema, replica, session),
      changed: (changes) => listener.changed({ from: 'notice', changes }),
      ended: (closure) => this.#lose(closure),
    });
  }

  #begin(schema: Schema, replica: Replica, session: Session): void {
    const changes = replica.succeed(this.#replica ?? new Replica(schema, {}));
    this.#unwatch();
    this.#schema = schema;
    this.#replica = replica;
    this.#state = { is: 'ready' };
    this.#transactions.open(session, schema);
    this.#options.listener.changed({ from: 'snapshot', changes });
    this.#options.listener.moved(this.#state);
  }

  #lose({ is, words }: Closure): void {
    const { signal } = this.#options;
    const { firstRetryMs, slowestRetryMs } = this.#timing;
    this.#conversation = undefined;
    // One that breaks the protocol may do so after every snapshot.
    const wasGood = this.#state.is === 'ready' && is !== 'garbled';
    if (wasGood || this.#noticed) this.#retryMs = firstRetryMs;
    if (!signal.aborted) {
      this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
      this.#retryMs = Math.min(2 * this.#retryMs, slowestRetryMs);
    }
    this.#transactions.close(words);
    this.#move({ is: 'connecting', why: words, isAmiss: amiss.has(is) });
  }

  /** A server that begins makes its socket before it listens: if this is too early, it is soon tried again. */
  #notice(): void {
    this.#noticed = true;
    this.#retryMs = this.#timing.firstRetryMs;
    if (this.#conversation === undefined && !this.#options.signal.aborted) this.#connect();
  }

  #move(state: OvsdbState & { is: 'connecting' }): void {
    const same = this.#state.is === 'connecting' && this.#state.why === state.why;
    this.#state = state;
    if (!same && !this.#options.signal.aborted) this.#options.listener.moved(state);
  }

  #end(): void {
    clearTimeout(this.#retry);
    this.#unwatch();
    this.#conversation?.close();
    this.#transactions.close('the connection was closed here');
  }
}
