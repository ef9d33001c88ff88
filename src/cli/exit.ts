import { Failure } from '../model/failure.ts';

/** What vnetctl's exit codes say. */
export const exit = { good: 0, notSo: 1, usage: 2, unreachable: 3, internal: 4 } as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** Why a command ends without an answer: a sentence for people, and the exit code. */
export class Ending extends Error {
  readonly exit: ExitCode;
  /** The daemon's own code, where it was the daemon that said no. */
  readonly code: string | null;

  constructor(exitCode: ExitCode, message: string, code: string | null = null) {
    super(message);
    this.name = 'Ending';
    this.exit = exitCode;
    this.code = code;
  }
}

/** The exit code for whatever was thrown. */
export function exitFor(error: unknown): ExitCode {
  if (error instanceof Ending) return error.exit;
  if (!(error instanceof Failure)) return exit.internal;
  switch (error.code) {
    case 'usage':
      return exit.usage;
    case 'bad-config':
    case 'no-permission':
      return exit.notSo;
    case 'not-reachable':
      return exit.unreachable;
    default:
      return exit.internal;
  }
}
