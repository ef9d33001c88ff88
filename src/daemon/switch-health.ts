/** So long something is the matter before it is said: longer than a restart takes. */
const LASTING_MS = 1000;
/** So long it may take to begin, as a host boots. */
const PATIENCE_MS = 10_000;

/** How Open vSwitch does as a whole. */
export interface SwitchState {
  /** Where its database listens. */
  readonly address: string;
  readonly isRead: boolean;
  readonly wasRead: boolean;
  /** It knows of no switch as a whole. */
  readonly isEmpty: boolean;
  /** What keeps the database from being followed, if it is more than that nobody is there. */
  readonly amiss: string | undefined;
  /** Whether there is anybody to take up what is asked for, and why not. */
  readonly vswitchd: 'heeds' | 'is gone' | 'is overdue';
}

/** What is the matter, and what is said when it is over. */
export interface Trouble {
  readonly sentence: string;
  readonly over: string;
  /** How long it has to last to be said; milliseconds. */
  readonly patience?: number;
}

const followedAgain = 'the database of Open vSwitch is followed again';

const ofVswitchd = {
  'is gone': {
    sentence: 'ovs-vswitchd does not run: what its database says need not be in force',
    over: 'ovs-vswitchd runs again',
  },
  'is overdue': {
    sentence: 'ovs-vswitchd does not answer: what its database says need not be in force',
    over: 'ovs-vswitchd answers again',
  },
  heeds: undefined,
} as const;

export function troubleOf({
  address,
  isRead,
  wasRead,
  isEmpty,
  amiss,
  vswitchd,
}: SwitchState): Trouble | undefined {
  if (amiss !== undefined)
    return { sentence: `the database of Open vSwitch cannot be followed: ${amiss}`, over: followedAgain };
  if (isRead && isEmpty)
    return {
      sentence: `the database of Open vSwitch at ${address} knows of no switch yet: \`ovs-vsctl init\` makes one`,
      over: 'the database of Open vSwitch knows of a switch',
    };
  if (isRead) return ofVswitchd[vswitchd];
  if (!wasRead)
    return {
      sentence: `no database of Open vSwitch listens at ${address}: what is declared in it waits for it`,
      over: 'the database of Open vSwitch is followed',
      patience: PATIENCE_MS,
    };
  const lost = `the database of Open vSwitch is away from ${address}`;
  return { sentence: `${lost}: what is declared in it is not kept until it is back`, over: followedAgain };
}

interface Surroundings {
  /** What is the matter, or (null) that it is over, and how that is said. */
  trouble(sentence: string | null, over: string): void;
  later(work: () => void, ms: number): void;
}

/** Says what is the matter once it lasts, and when it is over. */
export class SwitchHealth {
  readonly #around: Surroundings;
  #trouble: Trouble | undefined;
  /** The last that was said, and is not said to be over. */
  #told: Trouble | undefined;
  #isClosed = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  close(): void {
    this.#isClosed = true;
  }

  look(trouble: Trouble | undefined): void {
    if (trouble?.sentence === this.#trouble?.sentence) return;
    this.#trouble = trouble;
    if (trouble === undefined) {
      if (this.#told !== undefined) this.#around.trouble(null, this.#told.over);
      this.#told = undefined;
      return;
    }
    this.#around.later(() => {
      if (this.#isClosed || this.#trouble !== trouble) return;
      this.#told = trouble;
      this.#around.trouble(trouble.sentence, trouble.over);
    }, trouble.patience ?? LASTING_MS);
  }
}
