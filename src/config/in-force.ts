import type { DaemonSettings, Declaration, WantedLink } from '../model/declaration.ts';
import type { Complaint } from '../model/place.ts';

/**
 * A declaration whose links are text, a link a line, as they travel between threads and are kept.
 * Of two such texts the lines that differ are all that has to be read.
 */
export class DeclarationInText implements Declaration {
  readonly generation: number;
  readonly daemon: DaemonSettings;
  readonly whole: boolean;
  /** How many links. */
  readonly size: number;
  readonly text: string;

  constructor(generation: number, { daemon, whole, size, text }: Wishes) {
    this.generation = generation;
    this.daemon = daemon;
    this.whole = whole;
    this.size = size;
    this.text = text;
  }

  get links(): readonly WantedLink[] {
    return linksIn(linesOf(this.text));
  }
}

/** What links come to as text; JSON has no line break but between texts. */
export function textOfLinks(links: readonly WantedLink[]): string {
  return links.map((link) => JSON.stringify(link)).join('\n');
}

export function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

export function linksIn(lines: readonly string[]): readonly WantedLink[] {
  return JSON.parse(`[${lines.join(',')}]`) as readonly WantedLink[];
}

/** What makes a declaration, whichever it is; `text` is its links. */
export interface Wishes {
  readonly daemon: DaemonSettings;
  readonly whole: boolean;
  readonly size: number;
  readonly text: string;
}

/** How a declaration is kept; one of another format is worked out again. */
const FORMAT = 2;

/** What all files came to when all of them were good. */
export interface InForce {
  readonly wishes: Wishes;
  readonly warnings: readonly Complaint[];
}

interface Header extends Omit<Wishes, 'text'> {
  readonly format: number;
  readonly rules: string;
  readonly contents: string;
  readonly warnings: readonly Complaint[];
}

/** As text to keep: what the rules made of the contents with that digest. */
export function inForceAsText({ wishes, warnings }: InForce, rules: string, contents: string): string {
  const { daemon, whole, size, text } = wishes;
  const header: Header = { format: FORMAT, rules, contents, daemon, whole, size, warnings };
  return `${JSON.stringify(header)}\n${text}`;
}

/** What a kept text holds, if the same rules made it of the same contents. */
export function inForceIn(kept: string, rules: string, contents: string): InForce | undefined {
  const end = kept.indexOf('\n');
  try {
    const header = JSON.parse(kept.slice(0, Math.max(0, end))) as Partial<Header>;
    const { format, rules: by, contents: of, daemon, whole, size, warnings } = header;
    if (format !== FORMAT || by !== rules || of !== contents) return undefined;
    if (daemon === undefined || whole === undefined || size === undefined || warnings === undefined)
      return undefined;
    return { wishes: { daemon, whole, size, text: kept.slice(end + 1) }, warnings };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
