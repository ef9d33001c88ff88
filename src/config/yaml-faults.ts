import {
  type Document,
  type ErrorCode,
  isCollection,
  isScalar,
  type ParsedNode,
  visit,
  type YAMLParseError,
} from 'yaml';
import type { Remark } from './source.ts';

/** What the parser of YAML complains of, in words for somebody who wants to mend it. */
const sentences: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'a tab indents this line; YAML wants spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'a second `key:` on one line, or a line indented too far; write the inner map on lines of its own or in braces',
  MULTILINE_IMPLICIT_KEY: 'this key goes over several lines; is a colon missing?',
  MISSING_CHAR: 'something opened before is not closed: a quote, a bracket or a brace',
  BAD_INDENT: 'the indentation does not fit the lines around it',
  BAD_SCALAR_START: 'a value cannot begin with this character; put the value in quotes',
  ALIAS_PROPS: 'an alias can have no anchor and no tag',
  KEY_OVER_1024_CHARS: 'this key is too long',
};

/**
 * The first error of a document as a remark; the ones after it are mostly its offspring.
 * What was opened and never closed is shown where it was opened, not where the text ends.
 */
export function yamlFault(document: Document.Parsed<ParsedNode>, text: string): Remark | undefined {
  const [error] = document.errors;
  if (error === undefined) return undefined;
  const [at] = error.pos;
  const unclosed =
    error.code === 'MISSING_CHAR' || error.code === 'BAD_INDENT' ? opener(document, text, at) : undefined;
  if (unclosed !== undefined)
    return { at: unclosed, message: `not YAML: this \`${text[unclosed]}\` is not closed` };
  return { at, message: `not YAML: ${sentences[error.code] ?? rephrased(error)}` };
}

/** A file of sections, as systemd and wg-quick have them, is no broken YAML but another thing. */
export function iniFault(text: string): Remark | undefined {
  const section =
    /^(?:[ \t]*(?:[#;].*)?\r?\n)*[ \t]*\[[A-Za-z][\w -]*\][ \t]*\r?\n(?:[ \t]*(?:[#;].*)?\r?\n)*[ \t]*[\w-]+[ \t]*=/;
  const found = section.exec(text)?.[0];
  if (found === undefined) return undefined;
  const message = 'not YAML: a file of `[Section]`s, as systemd’s are; here the top level is `links:`';
  return { at: found.search(/^[ \t]*\[/m), message };
}

/** The innermost quote, bracket or brace that is open at an offset and lacks its other half. */
function opener(document: Document.Parsed<ParsedNode>, text: string, offset: number): number | undefined {
  const closers: Readonly<Record<string, string>> = { '[': ']', '{': '}', '"': '"', "'": "'" };
  let found: number | undefined;
  visit(document, {
    Node(_, node) {
      if (!(isCollection(node) || isScalar(node)) || !node.range) return;
      const [start, end] = node.range;
      const closer = closers[text[start] ?? ''];
      if (closer === undefined || start >= offset || end < offset) return;
      if (end - start < 2 || text[end - 1] !== closer) found = start;
    },
  });
  return found;
}

function rephrased({ message }: YAMLParseError): string {
  const token = /^Unexpected .* token in YAML stream: (".*")$/.exec(message)?.[1];
  if (token !== undefined) return `\`${JSON.parse(token)}\` is not expected here`;
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
