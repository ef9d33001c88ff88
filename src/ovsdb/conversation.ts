import { Garbled, isObject, type Json } from './json.ts';
import { type Dialect, Replica } from './replica.ts';
import type { RowChange } from './row.ts';
import { type Columns, readSchema, type Schema } from './schema.ts';
import { type Closure, errorText, Session } from './session.ts';

export interface ConversationOptions {
  /** The file of the server's socket. */
  readonly path: string;
  readonly database: string;
  readonly follow: Columns;
  /** These two as for a {@link Session}. */
  readonly idleMs: number;
  readonly answerMs: number;
  /** The server has no such database; it closes the connection when it gets one. */
  lacksDatabase(words: string): void;
  /** The snapshot is whole. */
  began(schema: Schema, replica: Replica, session: Session): void;
  /** The server told of changes, which the replica has by now. */
  changed(changes: readonly RowChange[]): void;
  /** It is over; the last call, and made once. */
  ended(closure: Closure): void;
}

/** The name of a session's one monitor. */
const MONITOR = 'followed';

/**
 * Talks to a server over one connection: asks for the schema, then for a snapshot of the followed columns the schema
 * has, and takes in the changes to it. When the database is replaced the conversation ends: the next reads all again.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #session: Session;
  /** Undefined before the snapshot. */
  #replica: Replica | undefined;
  #dialect: Dialect = 'update2';

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#session = new Session({
      path: options.path,
      idleMs: options.idleMs,
      answerMs: options.answerMs,
      connected: () => this.#askForSchema(),
      notified: (method, params) => this.#hear(method, params),
      closed: (closure) => options.ended(closure),
    });
  }

  close(): void {
    this.#session.close({ is: 'aborted', words: 'the connection was closed here' });
  }

  #askForSchema(): void {
    const { database, follow, lacksDatabase } = this.#options;
    this.#session.request('get_schema', [database], (reply) => {
      if (reply.is === 'result') {
        const schema = readSchema(reply.result);
        this.#askForSnapshot(schema, new Replica(schema, follow));
      } else if (isObject(reply.error) && reply.error.error === 'unknown database') {
        lacksDatabase(errorText(reply.error));
      } else this.#giveUp(reply.error);
    });
  }

  #askForSnapshot(schema: Schema, replica: Replica): void {
    const method = this.#dialect === 'update2' ? 'monitor_cond' : 'monitor';
    const asked = Object.entries(replica.columns).map(([table, columns]) => [table, [{ columns }]] as const);
    const params = [this.#options.database, MONITOR, Object.fromEntries(asked)];
    this.#session.request(method, params, (reply) => {
      if (reply.is === 'result') {
        replica.apply(reply.result, this.#dialect);
        this.#replica = replica;
        this.#becomeAware();
        this.#options.began(schema, replica, this.#session);
      } else if (reply.error === 'unknown method' && this.#dialect === 'update2') {
        // Open vSwitch before 2.6.
        this.#dialect = 'update';
        this.#askForSnapshot(schema, replica);
      } else this.#giveUp(reply.error);
    });
  }

  /**
   * Has the server say what becomes of this database, where it would close the connection whatever became of any.
   * Only now: had the database been replaced since its schema was asked for, the connection would be closed.
   */
  #becomeAware(): void {
    this.#session.request('set_db_change_aware', [true], () => undefined);
  }

  #hear(method: string, params: readonly Json[]): void {
    switch (method) {
      case this.#dialect:
        if (this.#replica === undefined || params[0] !== MONITOR) throw new Garbled('an update out of turn');
        this.#options.changed(this.#replica.apply(params[1] ?? null, this.#dialect));
        break;
      case 'monitor_canceled':
        this.#session.close({ is: 'replaced', words: 'the database was taken away or replaced' });
        break;
      default: // of locks, and of what later servers tell
    }
  }

  #giveUp(error: Json): void {
    this.#session.close({ is: 'unfit', words: errorText(error) });
  }
}
