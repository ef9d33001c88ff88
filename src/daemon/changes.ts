import { linesOf, linksIn } from '../config/in-force.ts';
import type { ObjectId } from '../model/address.ts';
import type { Declaration, WantedLink } from '../model/declaration.ts';

/** A declaration as its difference from the one before. */
export interface DeclarationChange extends Omit<Declaration, 'links'> {
  /** Links that are new or written in another way than before. */
  readonly links: readonly WantedLink[];
  /** Links that were declared before and are not now. */
  readonly gone: readonly ObjectId[];
}

/** Finds what differs between one declaration and the next, line by line: only that is read. */
export class Changes {
  #lines: ReadonlySet<string> = new Set();

  /** What the links of a new declaration, a line each, differ in from the last ones. */
  take(text: string): Pick<DeclarationChange, 'links' | 'gone'> {
    const before = this.#lines;
    const lines = linesOf(text);
    const now = new Set(lines);
    this.#lines = now;
    const links = linksIn(lines.filter((line) => !before.has(line)));
    const left = linksIn([...before].filter((line) => !now.has(line)));
    const rewritten = new Set(links.map(({ id }) => id));
    return { links, gone: left.map(({ id }) => id).filter((id) => !rewritten.has(id)) };
  }
}
