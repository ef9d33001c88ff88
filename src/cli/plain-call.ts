import type { Call } from './call.ts';
import { type CommandRow, commands } from './commands.ts';

type Words = Pick<Call, 'operands' | 'options'>;

/**
 * A plain call read from the command table alone; null for anything that has something to be said about,
 * such as help or a mistake, and is for the parser that says it well and takes 12 ms to load.
 */
export function plainCall(words: readonly string[]): (Words & { readonly row: CommandRow }) | null {
  let row: CommandRow | undefined;
  let flags = flagsIn([jsonOption, socketOption]);
  const operands: string[] = [];
  const options: Record<string, string | boolean> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (!word.startsWith('-')) {
      if (row !== undefined) operands.push(word);
      else {
        row = commands.find(({ name }) => name === word);
        if (row === undefined) return null;
        flags = flagsOf(row);
      }
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const flag = flags.get(equals < 0 ? word : word.slice(0, equals));
    if (flag === undefined || (equals >= 0 && !flag.takesText)) return null;
    if (!flag.takesText) options[flag.name] = true;
    else {
      const text = equals < 0 ? words[++at] : word.slice(equals + 1);
      if (text === undefined || text.startsWith('-')) return null;
      options[flag.name] = text;
    }
  }
  if (row === undefined || !fits(operands.length, row.operands)) return null;
  return { row, operands, options };
}

interface Flag {
  readonly name: string;
  readonly takesText: boolean;
}

/** Options every command has, and those that ask the daemon. */
export const jsonOption = ['--json', 'one JSON document, or one a line for what goes on'] as const;
export const socketOption = [
  '--socket <PATH>',
  'the daemon to ask (default: $VNETD_SOCKET or /run/vnetd/vnetd.sock)',
] as const;

function flagsOf({ options = [], asksDaemon }: CommandRow): ReadonlyMap<string, Flag> {
  return flagsIn([...options, jsonOption, ...(asksDaemon ? [socketOption] : [])]);
}

function flagsIn(options: NonNullable<CommandRow['options']>): ReadonlyMap<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const [written] of options) {
    const takesText = written.includes('<');
    const names = written.replace(/ <.*/, '').split(', ');
    const name = (names.at(-1) ?? '').slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    for (const each of names) flags.set(each, { name, takesText });
  }
  return flags;
}

function fits(count: number, pattern: string | undefined): boolean {
  if (pattern === undefined) return count === 0;
  if (pattern.includes('...')) return true;
  return pattern.startsWith('<') ? count === 1 : count <= 1;
}
