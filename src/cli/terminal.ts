import { terminalSize } from '../netlink/native.ts';
import { print } from './print.ts';

/** Where output goes: standard output and standard error, and what they can show. */
export interface Terminal {
  /** The width of the terminal in columns, null where output is no terminal and any width will do. */
  readonly width: number | null;
  /** Its height in lines, null where output is no terminal. */
  readonly height: number | null;
  readonly colour: boolean;
  write(text: string): void;
  /** One document as JSON on a line of its own. */
  writeJson(document: unknown): void;
  /** A remark that is no part of the answer. */
  remark(text: string): void;
}

export function terminal(): Terminal {
  const size = terminalSize(1);
  return {
    width: size?.columns ?? null,
    height: size?.rows ?? null,
    colour: size !== null && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    write: print,
    writeJson: (document) => print(`${JSON.stringify(document)}\n`),
    remark: (text) => void process.stderr.write(`${text}\n`),
  };
}
