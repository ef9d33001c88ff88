import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import type { Call } from './call.ts';
import { type CommandRow, commands, laterCommands, sentenceOf } from './commands.ts';
import { Ending, type ExitCode, exit } from './exit.ts';
import { jsonOption, socketOption } from './plain-call.ts';
import { print } from './print.ts';

const codes = `
Exit codes: 0 good (in sync, nothing to do, valid) · 1 not so (drift, changes, invalid) · 2 usage
            3 daemon not reachable · 4 internal error
`;

type RunCommand = (row: CommandRow, call: Pick<Call, 'operands' | 'options'>) => Promise<ExitCode>;

/** Parses the words after `vnetctl` with all that is to be said about them: help, and what is wrong. */
export async function runProgram(words: readonly string[], runCommand: RunCommand): Promise<ExitCode> {
  let code: ExitCode = exit.good;
  const program = commandLine((row, command) => async () => {
    const options = command.optsWithGlobals<Call['options']>();
    code = await runCommand(row, { operands: command.args, options });
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    // What is wrong with the words has been said by then.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.good : exit.usage;
    throw error;
  }
  return code;
}

/** The command line as commander knows it, each command with what `action` makes of its row. */
export function commandLine(action: (row: CommandRow, command: Command) => () => Promise<void>): Command {
  const program = new Command('vnetctl')
    .description('Shows what vnetd keeps in sync, what drifted, and what was done about it.')
    .usage('[options] COMMAND')
    .option('-V, --version', 'the version of vnetctl')
    .option(...jsonOption)
    .option(...socketOption)
    .exitOverride()
    .configureOutput({
      writeOut: print,
      outputError: (text, write) => write(text.replace(/^error: /, 'vnetctl: ')),
    })
    .addHelpText('after', codes);
  program.on('option:version', () => {
    print(`${ownVersion()}\n`);
    throw new CommanderError(0, 'commander.version', '');
  });
  for (const row of commands) {
    const command = addCommand(program, row);
    command.action(action(row, command));
  }
  for (const name of laterCommands) addLaterCommand(program, name);
  return program;
}

function addCommand(program: Command, row: CommandRow): Command {
  const command = program.command(row.operands === undefined ? row.name : `${row.name} ${row.operands}`);
  command
    .summary(row.summary)
    .description([sentenceOf(row), ...(row.more === undefined ? [] : [row.more])].join('\n'));
  for (const [flags, description] of row.options ?? []) command.option(flags, description);
  command.option(...jsonOption);
  if (row.asksDaemon) command.option(...socketOption);
  return command.addHelpText('after', () => exampleText(row.examples));
}

function addLaterCommand(program: Command, name: string): void {
  program
    .command(name, { hidden: true })
    .helpOption(false)
    .argument('[words...]')
    .allowUnknownOption()
    .action(() => {
      throw new Ending(exit.internal, `\`vnetctl ${name}\` is not in this version`);
    });
}

function exampleText(examples: CommandRow['examples']): string {
  const widest = Math.max(...examples.map(([command, does]) => (does === '' ? 0 : command.length)));
  const shown = examples.map(([command, does]) =>
    `  ${command.padEnd(does === '' ? 0 : widest)}   ${does}`.trimEnd(),
  );
  return `\nExamples:\n${shown.join('\n')}`;
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
