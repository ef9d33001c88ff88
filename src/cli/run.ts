import type { Call } from './call.ts';
import type { CommandRow } from './commands.ts';
import { usualSocket } from './daemon.ts';
import type { ExitCode } from './exit.ts';
import { plainCall } from './plain-call.ts';
import { terminal } from './terminal.ts';

/** Does what the words after `vnetctl` say, and says how it went. */
export async function run(words: readonly string[]): Promise<ExitCode> {
  const plain = plainCall(words);
  if (plain !== null) return runCommand(plain.row, plain);
  const { runProgram } = await import('./program.ts');
  return runProgram(words, runCommand);
}

async function runCommand(
  row: CommandRow,
  { operands, options }: Pick<Call, 'operands' | 'options'>,
): Promise<ExitCode> {
  const { json, socket } = options;
  const command = await row.load();
  return command({
    operands,
    options,
    json: json === true,
    socket: typeof socket === 'string' ? socket : usualSocket(process.env),
    terminal: terminal(),
  });
}
