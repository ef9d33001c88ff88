import type { ObjectId } from './address.ts';
import type { Values } from './value.ts';

/**
 * One thing to do to the world, as plain JSON.
 * The same words go to the executor, the journal, the history and `vnetctl plan`.
 */
export type Step =
  /** Make a link, in one request, with every attribute the creating request takes. */
  | { readonly do: 'create'; readonly id: ObjectId; readonly kind: string; readonly fields: Values }
  /** Change attributes of a link that is there; `along` is what is found beside them, where the kernel resets what is not sent. */
  | {
      readonly do: 'set';
      readonly id: ObjectId;
      readonly kind: string;
      readonly fields: Values;
      readonly along?: Values;
    }
  /** Take a link away. */
  | { readonly do: 'delete'; readonly id: ObjectId }
  /** Give a link back its name. */
  | { readonly do: 'rename'; readonly id: ObjectId; readonly from: string }
  /** Fetch a link that is in another namespace, under whatever name it has there. */
  | { readonly do: 'move'; readonly id: ObjectId; readonly from: ObjectId }
  /** Have Open vSwitch let go of a port's link and take it in again: it goes on with one that is no more. */
  | {
      readonly do: 'attach';
      readonly id: ObjectId;
      readonly kind: string;
      readonly link: string;
      readonly phase: AttachPhase;
      readonly fields: Values;
    }
  /** Take vnetd's marks off what it made in Open vSwitch: it stays, and is nobody's business any more. */
  | { readonly do: 'disown'; readonly id: ObjectId }
  /** Put an entry into a list, or bring the one that is there into line. */
  | {
      readonly do: 'add';
      readonly id: ObjectId;
      readonly list: string;
      readonly entry: string;
      readonly fields: Values;
      /** An entry that has to stand before this one, and may be about to go: it is asked for first, and stays as it is if it is there. */
      readonly behind?: { readonly entry: string; readonly fields: Values };
    }
  /** Take an entry out of a list. */
  | {
      readonly do: 'remove';
      readonly id: ObjectId;
      readonly list: string;
      readonly entry: string;
      readonly fields: Values;
    }
  /** Take a link down for the steps that follow; what that knocks over is noted first. */
  | { readonly do: 'down'; readonly id: ObjectId }
  /** Bring it up again, and put back what was noted. */
  | { readonly do: 'up'; readonly id: ObjectId }
  /** Take all members out for the steps that follow. */
  | { readonly do: 'release-members'; readonly id: ObjectId; readonly members: readonly string[] }
  /** Put the same members back in. */
  | { readonly do: 'return-members'; readonly id: ObjectId; readonly members: readonly string[] };

export type Verb = Step['do'];

/** What goes through ovs-vswitchd one after the other: in one transaction it would see no change. */
export type AttachPhase = 'let go' | 'take in' | 'settle';

/** What became of a step. `refused` carries the kernel's own words. */
export type Outcome =
  | { readonly is: 'done' }
  | { readonly is: 'refused'; readonly errno: number; readonly words: string }
  | { readonly is: 'not-sent'; readonly why: string }
  /** Another writer was quicker: what it was written upon is no more, and nothing of it was done that matters. */
  | { readonly is: 'overtaken' };

/** A step as `vnetctl plan` shows it. */
export interface PlannedStep {
  readonly step: Step;
  readonly disruptive: boolean;
  /** Why it is not done now, or null when it is. */
  readonly withheld: string | null;
  /** Of a link that is to be made: what is put on it once it is there, entries of lists by their keys. */
  readonly then?: Values;
}

/** The attribute keys a step is about. */
export function keysOf(step: Step): readonly string[] {
  switch (step.do) {
    case 'create':
    case 'set':
      return Object.keys(step.fields);
    case 'add':
    case 'remove':
      return [step.list];
    case 'delete':
    case 'move':
      return ['exists'];
    case 'attach':
      return ['works'];
    case 'rename':
      return ['name'];
    case 'down':
    case 'up':
      return ['state'];
    case 'disown':
      return [];
    case 'release-members':
    case 'return-members':
      return ['members'];
    default:
      return step satisfies never;
  }
}
