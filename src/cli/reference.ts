import { type CommandRow, commands, laterCommands, sentenceOf } from './commands.ts';
import { jsonOption, socketOption } from './plain-call.ts';

/** The page docs/vnetctl.md: every command, its options and examples, as the command table has them. */
export function commandReference(): string {
  const later = laterCommands.map((name) => `\`${name}\``).join(', ');
  return [
    '# vnetctl',
    '',
    'Shows what vnetd keeps in sync, what drifted, and what was done about it.',
    'It talks to the daemon through its [control socket](api.md).',
    '',
    'Exit codes: 0 good (in sync, nothing to do, valid) · 1 not so (drift, changes, invalid) · 2 usage ·',
    '3 daemon not reachable · 4 internal error.',
    '',
    `Every command takes \`--json\` (${jsonOption[1]}), and those that ask the daemon \`${socketOption[0]}\`.`,
    'Without it the socket is `$VNETD_SOCKET`, or `vnetd.sock` in `$RUNTIME_DIRECTORY`, or `/run/vnetd/vnetd.sock`.',
    'Colours are for terminals; `NO_COLOR` turns them off.',
    '',
    ...commands.flatMap(section),
    '## For later',
    '',
    `${later}, and \`plan FILE…\`, come with later versions; until then they say so and exit 4.`,
    '',
  ].join('\n');
}

function section(row: CommandRow): readonly string[] {
  const { name, operands, more, options, examples } = row;
  const title = [name, operands].filter((part) => part !== undefined).join(' ');
  const rows = (options ?? []).map(([flags, description]) => `| \`${flags}\` | ${description} |`);
  return [
    `## vnetctl ${title}`,
    '',
    sentenceOf(row),
    ...(more === undefined ? [] : [more]),
    '',
    ...(rows.length === 0 ? [] : ['| option | |', '|---|---|', ...rows, '']),
    '```sh',
    ...examples.map(([command, does]) => (does === '' ? command : `${command}   # ${does}`)),
    '```',
    '',
  ];
}
