import type { ErrorCode } from 'yaml';

/** What the reader of YAML complains of, in words for somebody who wants to mend it. */
const sentences: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'a tab indents this line; YAML wants spaces',
  BLOCK_AS_IMPLICIT_KEY:
    'a second `key:` on one line, or a line indented too far; write the inner map on lines of its own or in braces',
  MULTILINE_IMPLICIT_KEY: 'this key goes over several lines; is a colon missing?',
  MISSING_CHAR: 'something opened here or before is not closed: a quote, a bracket or a brace',
  BAD_INDENT:
    'the indentation does not fit the lines around it, or a bracket or brace before it is not closed',
  BAD_SCALAR_START: 'a value cannot begin with this character; put the value in quotes',
  BAD_ALIAS: 'this is no name of an anchor',
  ALIAS_PROPS: 'an alias can have no anchor and no tag',
  KEY_OVER_1024_CHARS: 'this key is too long',
  DUPLICATE_KEY: 'this key is written twice',
};

/** A sentence for an error of the YAML parser: ours where there is one, else its own. */
export function yamlSentence(code: ErrorCode, message: string): string {
  const own = sentences[code];
  if (own !== undefined) return `not YAML: ${own}`;
  const first = message.split('\n')[0] ?? message;
  return `not YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}
