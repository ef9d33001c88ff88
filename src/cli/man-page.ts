import { explainAllSettings } from '../derive/explain.ts';
import { type CommandRow, commands, laterCommands, sentenceOf } from './commands.ts';
import { jsonOption, socketOption } from './plain-call.ts';

/** The page man/vnetctl.1 in mdoc(7): every command, its options and examples, as the command table has them. */
export function manPage(): string {
  return [
    '.Dd November 21, 2026',
    '.Dt VNETCTL 1',
    '.Os vnetd',
    '.Sh NAME',
    '.Nm vnetctl',
    '.Nd show what vnetd keeps in sync, what drifted, and what was done about it',
    '.Sh SYNOPSIS',
    ...commands.flatMap((row) => ['.Nm', `.Cm ${row.name}`, ...usage(row)]),
    '.Sh DESCRIPTION',
    '.Nm',
    'talks to',
    '.Xr vnetd 8',
    'through its control socket.',
    'Reading is for root and the members of the group of the socket, changing for root.',
    '.Pp',
    'Every command takes these options:',
    ...tagged([jsonOption, socketOption]),
    '.Sh COMMANDS',
    ...commands.flatMap(section),
    '.Sh ENVIRONMENT',
    ...tagged([
      ['VNETD_SOCKET', 'the daemon to ask, where --socket does not say'],
      ['RUNTIME_DIRECTORY', 'where vnetd.sock is, where VNETD_SOCKET does not say; /run/vnetd without it'],
      ['CONFIGURATION_DIRECTORY', 'the folder `validate` checks; /etc/vnetd without it'],
      ['NO_COLOR', 'no colours, whatever its value'],
    ]),
    '.Sh EXIT STATUS',
    ...tagged([
      ['0', 'good: in sync, nothing to do, valid'],
      ['1', 'not so: drift, changes, invalid, no such object'],
      ['2', 'usage'],
      ['3', 'the daemon cannot be reached'],
      ['4', 'an internal error, or a command of a later version'],
    ]),
    '.Sh EXAMPLES',
    ...commands.flatMap(({ examples }) => examples.flatMap(example)),
    '.Sh SEE ALSO',
    '.Xr vnetd.yaml 5 ,',
    '.Xr bridge 8 ,',
    '.Xr ip-link 8 ,',
    '.Xr vnetd 8',
    '.Sh CAVEATS',
    text(
      `${laterCommands.join(', ')}, and plan with files, come with later versions; until then they say so and exit 4.`,
    ),
    '',
  ].join('\n');
}

/** The settings under `daemon:`, for the page man/vnetd.yaml.5, as the table of them has them. */
export function settingsInMdoc(): string {
  return tagged(
    explainAllSettings().map(({ key, doc, takes }) => [key, takes === null ? doc : `${doc} Takes ${takes}.`]),
  ).join('\n');
}

function section(row: CommandRow): readonly string[] {
  return [
    `.Ss ${row.name}`,
    ...sentences(sentenceOf(row)),
    ...(row.more === undefined ? [] : ['.Pp', ...sentences(row.more)]),
    ...(row.options === undefined ? [] : tagged(row.options)),
  ];
}

function usage({ operands, options }: CommandRow): readonly string[] {
  const flags = (options ?? []).map(([written]) => `.Op ${text(written.split(', ').at(-1) ?? '')}`);
  return operands === undefined ? flags : [...flags, text(operands)];
}

function tagged(rows: readonly (readonly [tag: string, description: string])[]): readonly string[] {
  return [
    '.Bl -tag -width Ds',
    ...rows.flatMap(([tag, description]) => [`.It ${text(tag)}`, text(description)]),
    '.El',
  ];
}

function example([command, does]: CommandRow['examples'][number]): readonly string[] {
  return ['.Pp', ...(does === '' ? [] : [`${text(does)}:`]), `.Dl ${text(command)}`];
}

/** A sentence a line, as mdoc(7) wants it. */
function sentences(written: string): readonly string[] {
  return written.split(/\n|(?<=\.) (?=[A-Z])/).map(text);
}

/** Text that no macro or escape is read from. */
function text(written: string): string {
  const escaped = written.replace(/[\\\-"`']/g, (character) => escapes[character] ?? character);
  return escaped.replace(/^\./, '\\&.');
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  '"': '\\(dq',
  '`': '\\(ga',
  "'": '\\(aq',
};
