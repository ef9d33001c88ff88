import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type DeclaredNamespace, namespaceItself } from '../model/address.ts';
import type { Outcome, Step } from '../model/step.ts';
import { wordsFor } from '../netlink/messages.ts';
import { dropNamespace, isBare, makeNamespace } from '../netlink/namespaces.ts';
import { NativeError } from '../netlink/native.ts';
import type { Job, Performed } from './performer.ts';

/** Makes namespaces with names, as ip-netns(8) does. */
export class NamespaceMaker {
  readonly #folder: string;
  readonly #made: (name: DeclaredNamespace) => void;

  /** `made` is told of each name that stands for something new. */
  constructor(folder: string, made: (name: DeclaredNamespace) => void) {
    this.#folder = folder;
    this.#made = made;
  }

  perform({ steps }: Job): readonly Performed[] {
    return steps.map((step) => ({ step, outcome: this.#do(step) }));
  }

  /** Takes a name away; its namespace ends when nobody else holds it. */
  drop(name: DeclaredNamespace): Outcome {
    return this.#try(() => dropNamespace(this.#folder, name), name);
  }

  #do(step: Step): Outcome {
    const name = namespaceItself(step.id);
    if (name === undefined || step.do !== 'create')
      return { is: 'not-sent', why: `a namespace knows no ${step.do}` };
    return this.#try(() => {
      if (this.#isLeftover(name)) dropNamespace(this.#folder, name);
      makeNamespace(this.#folder, name);
    }, name);
  }

  /** An empty file whose mount somebody took away: no namespace can have the name while it is there. */
  #isLeftover(name: DeclaredNamespace): boolean {
    const path = join(this.#folder, name);
    return isBare(path) && statSync(path, { throwIfNoEntry: false })?.size === 0;
  }

  #try(act: () => void, name: DeclaredNamespace): Outcome {
    try {
      act();
      return { is: 'done' };
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      const { errno, syscall } = error;
      return {
        is: 'refused',
        errno,
        words: `${wordsFor(errno)} from ${syscall} of ${join(this.#folder, name)}`,
      };
    } finally {
      this.#made(name);
    }
  }
}
