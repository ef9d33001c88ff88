import { isAlias, isMap, isScalar, isSeq, type ParsedNode, parseAllDocuments } from 'yaml';
import { nameOf, type Written, type WrittenMap, type WrittenScalar } from '../model/written.ts';
import type { Remark, Source } from './source.ts';
import { iniFault, yamlFault } from './yaml-faults.ts';

/** What a file says before anybody knows what it means: one tree for each of its documents. */
export interface ReadFile {
  readonly documents: readonly Written[];
  readonly faults: readonly Remark[];
}

/** So many nodes aliases may add in all, lest a few lines stand for millions. */
const MOST_ALIASED = 250_000;

const nullWords = new Set(['', '~', 'null', 'Null', 'NULL']);
const knownTags = /^tag:yaml\.org,2002:(str|map|seq|int|float|bool)$/;

/**
 * Reads YAML into trees of what was written.
 * Everything scalar stays text, anchors, aliases and merge keys are resolved, doubled keys are faults.
 */
export function readYaml(source: Source): ReadFile {
  const nul = source.text.indexOf('\0');
  if (nul >= 0)
    return { documents: [], faults: [{ at: nul, message: 'a NUL byte; this is not a text file' }] };
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { documents: [], faults: [{ at: 0, message: 'lists and maps are nested too deeply' }] };
  }
}

function parse(source: Source): ReadFile {
  const parsed = parseAllDocuments<ParsedNode>(source.text, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const faults = documents
    .map((document) => yamlFault(document, source.text))
    .filter((fault) => fault !== undefined);
  if (faults.length > 0)
    return { documents: [], faults: [iniFault(source.text) ?? faults[0]].filter((one) => one !== undefined) };
  const trees: Written[] = [];
  for (const { contents } of documents) {
    if (contents === null) continue;
    trees.push(new Conversion(faults).written(contents));
  }
  return { documents: trees, faults };
}

/** One document on its way from YAML's nodes to what was written. */
class Conversion {
  readonly #faults: Remark[];
  /** Anchors met so far; null while what they name is still being read. */
  readonly #anchors = new Map<string, Written | null>();
  readonly #sizes = new WeakMap<Written, number>();
  #aliased = 0;

  constructor(faults: Remark[]) {
    this.#faults = faults;
  }

  written(node: ParsedNode): Written {
    const offset = node.range[0];
    if (isAlias(node)) return this.#target(node.source, offset);
    const { anchor, tag } = node;
    if (tag !== undefined && !knownTags.test(tag))
      this.#fault(offset, `the tag \`${tag}\` means nothing here`);
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    const written = this.#content(node, offset);
    if (anchor !== undefined) this.#anchors.set(anchor, written);
    return written;
  }

  #content(node: ParsedNode, offset: number): Written {
    if (isScalar(node)) {
      const { source: text = '', type } = node;
      const quoted = type !== 'PLAIN';
      return !quoted && nullWords.has(text) ? { is: 'null', offset } : { is: 'scalar', text, quoted, offset };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.written(item as ParsedNode));
      return this.#sized({ is: 'list', items, offset }, items);
    }
    if (isMap(node)) return this.#map(node.items as readonly PairOfNodes[], offset);
    return { is: 'null', offset };
  }

  #map(pairs: readonly PairOfNodes[], offset: number): WrittenMap {
    const entries: { key: WrittenScalar; value: Written }[] = [];
    const seen = new Map<string, WrittenScalar>();
    const merged: Written[] = [];
    for (const pair of pairs) {
      const key = this.#key(pair.key, offset);
      if (key === undefined) continue;
      const end = pair.key?.range[1] ?? key.offset;
      const value: Written = pair.value === null ? { is: 'null', offset: end } : this.written(pair.value);
      if (key.text === '<<' && !key.quoted) {
        merged.push(value);
        continue;
      }
      const first = seen.get(key.text);
      if (first === undefined) {
        seen.set(key.text, key);
        entries.push({ key, value });
      } else {
        this.#fault(key.offset, `\`${key.text}\` is written twice`, first.offset);
      }
    }
    for (const { key, value } of merged.flatMap((one) => this.#mergeable(one))) {
      if (seen.has(key.text)) continue;
      seen.set(key.text, key);
      entries.push({ key, value });
    }
    return this.#sized({ is: 'map', entries, offset }, [...entries.map(({ value }) => value)]);
  }

  /** A key is a text, whatever it looks like: `10`, `null` and `true` are names here. */
  #key(node: ParsedNode | null, offset: number): WrittenScalar | undefined {
    const at = node?.range[0] ?? offset;
    const key = node !== null && isScalar(node) ? node : undefined;
    if (key?.source === undefined || key.source === '') {
      this.#fault(at, 'a key is a plain text; here it is something else');
      return undefined;
    }
    return { is: 'scalar', text: key.source, quoted: key.type !== 'PLAIN', offset: at };
  }

  #mergeable(written: Written): WrittenMap['entries'] {
    if (written.is === 'map') return written.entries;
    if (written.is === 'list') return written.items.flatMap((item) => this.#mergeable(item));
    this.#fault(written.offset, `\`<<\` takes a map, or a list of maps, to merge; not ${nameOf(written)}`);
    return [];
  }

  #target(anchor: string, offset: number): Written {
    const target = this.#anchors.get(anchor);
    if (target === undefined || target === null) {
      const why =
        target === null
          ? `\`*${anchor}\` stands inside what it names`
          : `there is no \`&${anchor}\` before this`;
      this.#fault(offset, why);
      return { is: 'null', offset };
    }
    this.#aliased += this.#sizes.get(target) ?? 1;
    if (this.#aliased <= MOST_ALIASED) return target;
    if (this.#aliased < Number.POSITIVE_INFINITY) this.#fault(offset, 'aliases make this file too large');
    this.#aliased = Number.POSITIVE_INFINITY;
    return { is: 'null', offset };
  }

  #sized<W extends Written>(written: W, children: readonly Written[]): W {
    this.#sizes.set(
      written,
      children.reduce((sum, child) => sum + (this.#sizes.get(child) ?? 1), 1),
    );
    return written;
  }

  #fault(at: number, message: string, also?: number): void {
    this.#faults.push(also === undefined ? { at, message } : { at, message, also });
  }
}

interface PairOfNodes {
  readonly key: ParsedNode | null;
  readonly value: ParsedNode | null;
}
