/** Where a text may hold a secret: from and to, as offsets. */
export interface Secret {
  readonly from: number;
  readonly to: number;
}

/** Words for what nobody else is to read; those of wireguard, macsec and IPsec, and what passwords are called. */
const word = '[\\w.-]*(?:key|secret|passw|passphrase|psk|preshared|private)[\\w.-]*';
/** The word as a key, in quotes or not, with `:` or `=` behind it; or with neither, where a line or a map begins. */
const beginning = new RegExp(
  `(["']?)\\b(${word})\\1[ \\t]*[:=][ \\t]*|(?:^|[{,])[ \\t-]*["']?(${word})[ \\t]+(?=[^\\s:=#])`,
  'gim',
);
/** What tells tunnels of one pair of ends (gre), partitions or aggregators apart is no secret, and what is public is none. */
const plainNumber = /^["']?(?:0x[\da-f]{1,8}|\d{1,10}|\d{1,3}(?:\.\d{1,3}){3})["']?\s*(?:[,}\]#\n]|$)/i;
const open = new Set(['ikey', 'okey', 'pkey', 'ad_user_port_key']);

/**
 * Where values stand that look like secrets, found by the words they stand behind.
 * It reads text and not YAML, since what cannot be parsed is complained about too, and takes too much rather than too little.
 */
export function secretsIn(text: string): readonly Secret[] {
  const secrets: Secret[] = [];
  let last = 0;
  for (const match of text.matchAll(beginning)) {
    const name = (match[2] ?? match[3] ?? '').toLowerCase();
    const from = match.index + match[0].length;
    if (from < last || name.includes('public') || open.has(name)) continue;
    if (name === 'key' && plainNumber.test(text.slice(from, from + 40))) continue;
    const to = endOfValue(text, match.index, from);
    if (to > from) secrets.push({ from, to });
    last = to;
  }
  return secrets;
}

const closers: Readonly<Record<string, string>> = { '{': '}', '[': ']', '"': '"', "'": "'" };

function endOfValue(text: string, key: number, from: number): number {
  const first = text[from] ?? '';
  const closer = closers[first];
  if (closer !== undefined) return closing(text, from, first, closer);
  const lineStart = text.lastIndexOf('\n', key) + 1;
  const isInBraces = /[{[][^}\]]*$/.test(text.slice(lineStart, key));
  const line = lineEnd(text, from);
  const end = isInBraces ? text.slice(from, line).search(/[,}\]]/) : text.slice(from, line).search(/\s#/);
  if (end >= 0) return from + end;
  return isInBraces ? line : withDeeperLines(text, indentAt(text, lineStart), line);
}

/** A value may go on, or begin, in the lines below that are indented further. */
function withDeeperLines(text: string, indent: number, line: number): number {
  let end = line;
  while (end < text.length) {
    const next = lineEnd(text, end + 1);
    const isBlank = text.slice(end + 1, next).trim() === '';
    if (!isBlank && indentAt(text, end + 1) <= indent) return end;
    end = next;
  }
  return end;
}

function closing(text: string, from: number, opener: string, closer: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === closer && (opener !== closer || at > from)) depth -= 1;
    else if (text[at] === opener) depth += 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function indentAt(text: string, from: number): number {
  return /^[ \t-]*/.exec(text.slice(from, from + 200))?.[0].length ?? 0;
}

/** A piece of a text from `from` on, a `*` for each character of a secret. */
export function masked(text: string, from: number, to: number, secrets: readonly Secret[]): string {
  let shown = text.slice(from, to);
  for (const secret of secrets) {
    const start = Math.max(secret.from, from) - from;
    const end = Math.min(secret.to, to) - from;
    if (start < end)
      shown = shown.slice(0, start) + shown.slice(start, end).replace(/\S/g, '*') + shown.slice(end);
  }
  return shown;
}

/** A sentence without the secrets of the text it speaks of, were they quoted in full or in part. */
export function withoutSecrets(sentence: string, text: string, secrets: readonly Secret[]): string {
  let told = sentence;
  for (const { from, to } of secrets) {
    for (const value of text.slice(from, to).split(/[\s"',:[\]{}]+/)) {
      const shown = value.length > LEAST ? longestShown(value, told) : '';
      if (shown !== '') told = told.replaceAll(shown, '***');
    }
  }
  return told;
}

/** Shorter words are taken for what a sentence is made of. */
const LEAST = 3;
/** No sentence quotes more of a value. */
const MOST = 1000;

/** The longest beginning of a value that a sentence holds: long ones are told cut. */
function longestShown(value: string, sentence: string): string {
  if (!sentence.includes(value.slice(0, LEAST + 1))) return '';
  for (let length = Math.min(value.length, MOST); length > LEAST; length--) {
    const start = value.slice(0, length);
    if (length < value.length && !sentence.includes(`${start}…`)) continue;
    if (sentence.includes(start)) return start;
  }
  return '';
}
