import { Misfit, textWritten } from '../model/written.ts';
import { leftOut, type WireType } from './type.ts';

/** NAME_MAX in uapi/linux/limits.h: a namespace's name is that of a file in /run/netns. */
const LONGEST = 255;

const unfit = /[\s\p{Cc}]/u;

/** Why a text cannot be a namespace's name, or undefined when it can (invalid_name in ip-netns(8)'s ip/ipnetns.c; blanks are ours). */
export function namespaceNameFault(name: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) return 'a name may not be empty';
  if (bytes > LONGEST)
    return `a namespace’s name has at most ${LONGEST} bytes, as that of a file, and this one ${bytes}`;
  if (name === '.' || name === '..') return `\`${name}\` cannot be a namespace’s name: a folder is called so`;
  if (name.includes('/'))
    return `\`${name}\` cannot be a namespace’s name: it is that of a file in /run/netns, and has no \`/\``;
  if (unfit.test(name))
    return `\`${name}\` has a character vnetd does not take in a namespace’s name (space or control character)`;
  return undefined;
}

/** JSON Schema of a namespace's name. */
export const namespaceNameSchema = {
  type: 'string',
  minLength: 1,
  maxLength: LONGEST,
  pattern: '^(?!\\.{1,2}$)[^\\s/]+$',
} as const;

/** A namespace by name, `/` for the host's. No attribute holds it: it is where the request is made. */
export const namespaceRef: WireType<string> = {
  name: 'namespace',
  range: 'the name of a namespace, or / for the host’s',
  schema: { anyOf: [{ enum: ['/'] }, namespaceNameSchema] },
  read(written) {
    const text = textWritten(written, 'the name of a namespace');
    const fault = text === '/' ? undefined : namespaceNameFault(text);
    if (fault !== undefined) throw new Misfit(written, fault);
    return text;
  },
  encode: () => leftOut,
  decode: () => undefined,
  agrees: (wanted, found) => wanted === found,
  mentions: (value) => (value === '/' ? [] : [`${value}/`]),
  samples: ['/', 'ns1'],
  refused: ['', '.', '..', 'ns1/', 'ns1/eth0', 'two words', 'x'.repeat(256)],
};
