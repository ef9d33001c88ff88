import type { ObjectId } from '../model/address.ts';
import type { Declaration } from '../model/declaration.ts';
import type { ObjectDetail, ObjectStatus } from '../model/status.ts';
import type { PlannedStep } from '../model/step.ts';
import type { Batch } from './news.ts';

/** What the main thread tells or asks the keeper. */
export type ToKeeper =
  /** The links are JSON: making and reading it takes half of what copying them as objects does. */
  /** `links`: a line each, as in DeclarationInText. */
  | { readonly say: 'declare'; readonly settings: Omit<Declaration, 'links'>; readonly links: string }
  /** Look at every declared object as soon as can be, as a sweep does. */
  | { readonly say: 'sweep' }
  | { readonly say: 'ask'; readonly number: number; readonly question: Question }
  /** A batch of news was taken in. */
  | { readonly say: 'taken' }
  | { readonly say: 'stop' };

export type Question =
  | { readonly ask: 'detail'; readonly id: ObjectId }
  | { readonly ask: 'plan'; readonly ids: readonly ObjectId[] | null }
  /** Do what was left because it is disruptive or `alert`. */
  | { readonly ask: 'restore'; readonly id: ObjectId }
  /** Answered when the keeper has looked at everything of this generation once, all repairs tried. */
  | { readonly ask: 'settled'; readonly generation: number }
  | { readonly ask: 'doctor' };

/** What each question is answered with; null where there is no such object. */
export interface Answers {
  readonly detail: ObjectDetail | null;
  readonly plan: readonly PlannedStep[];
  readonly restore: ObjectStatus | null;
  readonly settled: true;
  readonly doctor: readonly Ability[];
}

/** What this kernel can or cannot do of what is declared. */
export interface Ability {
  readonly id: ObjectId;
  readonly kind: string;
  /** null: nobody has tried it yet, and nothing says that the kernel has it. */
  readonly able: boolean | null;
  readonly words: string;
  /** The module links of the kind come with; null where there is none. */
  readonly module: string | null;
  /** The package that brings what is lacking, where that is known. */
  readonly package: string | null;
  readonly fields: readonly FieldAbility[];
}

/** What it can or cannot do of one attribute. */
export interface FieldAbility {
  readonly key: string;
  /** null: nobody has tried it yet. */
  readonly able: boolean | null;
  /** The release of Linux that brought it, where it is not one that vnetd needs anyhow. */
  readonly sinceLinux: string | null;
  readonly words: string | null;
}

/** What the keeper tells the main thread, in bounded, coalesced batches. */
export type FromKeeper =
  | ({ readonly say: 'news' } & Batch)
  /** Everything of the generation was looked at once. */
  | { readonly say: 'settled'; readonly generation: number }
  | { readonly say: 'answer'; readonly number: number; readonly answer: Answers[keyof Answers] }
  /** What vnetd has to do with though no file declares it, whenever that changes. */
  | { readonly say: 'undeclared'; readonly ids: readonly ObjectId[] }
  /** What is the matter beside the objects, or null, and what of it begins or is over just now. */
  | {
      readonly say: 'trouble';
      readonly standing: string | null;
      readonly begins?: string;
      readonly over?: string;
    }
  /** A surprise inside the keeper: it has ended or is about to. */
  | { readonly say: 'failed'; readonly message: string }
  /** All sockets are closed, the last happenings are sent. */
  | { readonly say: 'stopped' };

/** What the keeper is started with. */
export interface KeeperData {
  readonly runtimeDirectory: string;
  /** Where its declaration is, by which it is told from another vnetd. */
  readonly configDirectory: string;
  /** Where the OVSDB listens, if the command line says it. */
  readonly ovsdb: string | undefined;
  /**
   * Shared with the main thread for the watchdog: [0] counts turns, [1] is 1 while inside a kernel call,
   * [2] is the time of the last entry into one, in milliseconds of the monotonic clock.
   */
  readonly pulse: SharedArrayBuffer;
}
