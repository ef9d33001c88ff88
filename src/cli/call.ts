import type { ExitCode } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** A command as it was called. */
export interface Call {
  readonly operands: readonly string[];
  /** Options by their long name in camel case; true for a switch. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly json: boolean;
  /** Where the daemon's socket is. */
  readonly socket: string;
  readonly terminal: Terminal;
}

export type Run = (call: Call) => Promise<ExitCode> | ExitCode;

/** The text of an option that takes one, or undefined where it was not given. */
export function textOption(call: Call, name: string): string | undefined {
  const value = call.options[name];
  return typeof value === 'string' ? value : undefined;
}
