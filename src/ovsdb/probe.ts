export interface ProbeOptions {
  /** After so many milliseconds of silence `ask` is called… */
  readonly idleMs: number;
  /** …and after so many more `dead`. */
  readonly answerMs: number;
  ask(): void;
  dead(): void;
}

/** Finds out whether the other side still lives, while it has no reason of its own to speak. */
export class Probe {
  readonly #options: ProbeOptions;
  readonly #idle: NodeJS.Timeout;
  /** Runs while a sign of life is awaited. */
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#idle = setTimeout(() => this.#wonder(), options.idleMs);
  }

  /** Something came; what it says does not matter. */
  heard(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#idle.refresh();
  }

  stop(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  #wonder(): void {
    this.#deadline = setTimeout(() => this.#giveUp(), this.#options.answerMs);
    this.#options.ask();
  }

  #giveUp(): void {
    // Should this thread have been busy all the while, what came meanwhile is read before immediates run.
    setImmediate(() => {
      if (this.#deadline !== undefined) this.#options.dead();
    });
  }
}
