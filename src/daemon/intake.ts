import type { FromKeeper } from './messages.ts';

/** Taking in a happening costs this thread a line of the journal and a row: so many leave its loop free for others. */
const AT_ONCE = 128;

/** Hands on what the keeper tells, in its order; of much only so much a turn of the event loop. */
export class Intake {
  readonly #handOn: (message: FromKeeper) => void;
  readonly #taken: () => void;
  #waiting: FromKeeper[] = [];
  #isPaused = false;

  /** `taken` is called for each batch of news when all of it was handed on. */
  constructor(handOn: (message: FromKeeper) => void, taken: () => void) {
    this.#handOn = handOn;
    this.#taken = taken;
  }

  take(message: FromKeeper): void {
    this.#waiting.push(message);
    if (!this.#isPaused) this.#goOn();
  }

  /** Hands on all that waits: nothing more will come. */
  finish(): void {
    for (const message of this.#waiting.splice(0)) this.#handOn(message);
  }

  #goOn(): void {
    this.#isPaused = false;
    while (!this.#isPaused) {
      const message = this.#waiting.shift();
      if (message === undefined) return;
      if (message.say === 'news') this.#takeSome(message);
      else this.#handOn(message);
    }
  }

  #takeSome(news: Extract<FromKeeper, { say: 'news' }>): void {
    const { happenings } = news;
    this.#handOn({ ...news, happenings: happenings.slice(0, AT_ONCE) });
    const rest = happenings.slice(AT_ONCE);
    if (rest.length === 0) this.#taken();
    else this.#waiting.unshift({ say: 'news', changed: [], gone: [], happenings: rest, lost: 0 });
    // Not before the loop had its turn: whoever else waits for this thread comes first.
    this.#isPaused = true;
    setImmediate(() => this.#goOn());
  }
}
