import type { Operation } from './operations.ts';
import { readOutcome, type TransactionOutcome } from './outcome.ts';
import type { Schema } from './schema.ts';
import type { Session } from './session.ts';

/** A transaction that waits for its turn, or for its answer. */
interface Queued {
  readonly operations: readonly Operation[];
  readonly settle: (outcome: TransactionOutcome) => void;
}

/** Where transactions go. */
interface Counter {
  readonly session: Session;
  readonly schema: Schema;
}

/**
 * What ovsdb-server cannot read, and closes the connection over: a NUL, or half of a surrogate pair. What is written
 * is otherwise well-formed, so only these are escaped like this.
 */
const unreadable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** Sends transactions one after the other: each is answered before the next leaves. */
export class Transactions {
  readonly #database: string;
  readonly #waiting: Queued[] = [];
  #inFlight: { readonly queued: Queued; readonly id: number } | undefined;
  #counter: Counter | undefined;
  #closedWhy = 'there is no snapshot yet';

  constructor(database: string) {
    this.#database = database;
  }

  /** How many are not answered. */
  get length(): number {
    return this.#waiting.length + (this.#inFlight === undefined ? 0 : 1);
  }

  /** From now on they go here. */
  open(session: Session, schema: Schema): void {
    this.#counter = { session, schema };
  }

  /** The connection is over: nobody knows of the one in flight, and those behind it were meant for the world as it was. */
  close(why: string): void {
    this.#counter = undefined;
    this.#closedWhy = why;
    const flight = this.#inFlight;
    this.#inFlight = undefined;
    flight?.queued.settle({ is: 'lost', words: why });
    for (const { settle } of this.#waiting.splice(0)) settle({ is: 'not-sent', why });
  }

  transact(operations: readonly Operation[], signal?: AbortSignal): Promise<TransactionOutcome> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(givenUp);
      if (this.#counter === undefined) return resolve({ is: 'not-sent', why: this.#closedWhy });
      if (unreadable.test(JSON.stringify(operations))) {
        return resolve({ is: 'not-sent', why: 'a value has a character that Open vSwitch cannot hold' });
      }
      const giveUp = () => this.#giveUp(queued);
      const queued: Queued = {
        operations,
        settle: (outcome) => {
          signal?.removeEventListener('abort', giveUp);
          resolve(outcome);
        },
      };
      signal?.addEventListener('abort', giveUp);
      this.#waiting.push(queued);
      this.#next();
    });
  }

  #next(): void {
    if (this.#inFlight !== undefined || this.#counter === undefined) return;
    const queued = this.#waiting.shift();
    if (queued === undefined) return;
    const { session, schema } = this.#counter;
    const { operations, settle } = queued;
    const id = session.request('transact', [this.#database, ...operations], (reply) => {
      const outcome = readOutcome(operations, reply, schema);
      this.#inFlight = undefined;
      settle(outcome);
      this.#next();
    });
    this.#inFlight = { queued, id };
  }

  /** One that is with the server is asked to be cancelled (RFC 7047 section 4.1.4); whether it was, its answer says. */
  #giveUp(queued: Queued): void {
    if (this.#inFlight?.queued === queued) {
      this.#counter?.session.notify('cancel', [this.#inFlight.id]);
      return;
    }
    const at = this.#waiting.indexOf(queued);
    if (at >= 0) this.#waiting.splice(at, 1);
    queued.settle(givenUp);
  }
}

const givenUp: TransactionOutcome = { is: 'not-sent', why: 'it was given up' };
