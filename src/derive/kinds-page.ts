import { groupFields, linkKinds } from '../reconcilers/index.ts';
import {
  type AnyRow,
  type Kind,
  type LabKernel,
  labKernels,
  type OwnAddress,
  type Shorthand,
} from '../reconcilers/kind.ts';
import { explainKind } from './explain.ts';
import { listing } from './grammar.ts';
import { markdown } from './markdown.ts';
import { changeInAWord, changeLegend, noticeInAWord, noticeLegend } from './meanings.ts';

/** The page docs/kinds.md: which kind for what, what to know of each, and what its own keys do. */
export function kindsPage(): string {
  return [
    '# The kinds of links',
    '',
    'Written from the tables vnetd itself reads; `vnetctl explain KIND` says the same. What each key takes is in',
    'the [configuration reference](configuration.md).',
    '',
    'vnetd sets what is written, and brings a link it made up unless `state: down` is written. All else is left to',
    'the kernel’s defaults, and not looked at. A MAC that nobody writes is a random one where nothing else is said below; a link',
    'that has to be made again gets back the one it had.',
    '',
    ...markdown(
      ['kind', 'what', ...labKernels],
      linkKinds.map((kind) => [
        `[\`${kind.name}\`](#${kind.name})`,
        kind.summary,
        ...labKernels.map((one) => haveIt(kind, one)),
      ]),
    ),
    `Under ${listing(labKernels, 'and')}: whether the kernel of that series that vnetd is tested on has it. There each`,
    'such kind is made, changed behind vnetd’s back, deleted, and taken away again, and the others are seen to be unknown',
    'to that kernel; `vnetctl doctor` tells what yours lacks.',
    '',
    'The kernel loads the module of a kind when the first link of it is asked for, by the alias `rtnl-link-KIND`; whoever asks needs',
    'no right to load modules. What it lacks is `refused`, with the module and the package that brings it, and is made once the',
    'module is loaded, whoever does that.',
    '',
    'In the tables below, *change* is what it takes to put a changed value back (in brackets the keys that may make it another):',
    '',
    ...changeLegend,
    '',
    'and *notice* when vnetd sees the change:',
    '',
    ...noticeLegend,
    '',
    ...linkKinds
      .flatMap((kind) => [kind, ...(kind.parts === undefined ? [] : [kind.parts.kind])])
      .flatMap(section),
  ].join('\n');
}

/** What Open vSwitch makes does not hang on the kernel: ovs-vswitchd can switch packets by itself. */
function haveIt({ owner, triedOn }: Kind, series: LabKernel): string {
  if (owner !== 'kernel') return 'by Open vSwitch';
  return triedOn.includes(series) ? 'yes' : '–';
}

function section(kind: Kind): readonly string[] {
  const { name, summary, when, membership, shorthands = {} } = kind;
  const fields = { ...kind.fields, ...groupFields(kind) };
  const port = membership?.port;
  return [
    `## ${name}`,
    '',
    summary,
    when,
    '',
    ...facts(kind).map((fact) => `- ${fact}`),
    '',
    ...(Object.keys(fields).length === 0 ? [] : rowsOf(fields, shorthands)),
    ...(port === undefined ? [] : [`Of a member, under \`${port.key}\`:`, '', ...rowsOf(port.fields, {})]),
  ];
}

/** What the table says of links of a kind beside its rows. */
function facts(kind: Kind): readonly string[] {
  const { knows, fallback, sends, membership, takes, apart } = kind;
  const { module, since, lacks, parts, ownLists } = explainKind(kind);
  return [
    ...knows,
    ...macOf(kind),
    ...Object.entries(lacks).map(([key, why]) => `There is no \`${key}\`: ${why}.`),
    ...(membership === undefined
      ? []
      : [`Its members stand under \`${membership.list}\`, or name it as their \`master\`.`]),
    ...(parts === null
      ? []
      : [
          `Its ${parts.list} stand under \`${parts.list}\`, each of kind [\`${parts.kind}\`](#${parts.kind}).`,
        ]),
    ...ownLists.map((list) => `It has a list of its own, [${asCode(list)}](configuration.md#${list}).`),
    ...(takes === undefined || takes.from === 'members' ? [] : [taken(takes.from, takes.sharedAs)]),
    ...(takes?.inCommon ?? []).map(
      (key) => `All of one link have the same \`${key}\`: the last to be set holds.`,
    ),
    ...(apart === undefined ? [] : [apartWords(Object.keys(apart))]),
    ...(sends === 'whole'
      ? ['A change carries all of the kind’s keys along, as found: the kernel resets what it is not told.']
      : []),
    ...(fallback === undefined
      ? []
      : [`With its module every namespace gets ${asCode(fallback)}, which the kernel keeps for itself.`]),
    ...(module === null ? [] : [`The kernel loads the module \`${module}\` for it.`]),
    ...(since === null ? [] : [`Since Linux ${since}.`]),
  ];
}

function macOf({ address, lacks = {}, made }: Kind): readonly string[] {
  const words = made && !Object.hasOwn(lacks, 'address') ? ownAddress[address] : null;
  return words === null ? [] : [words];
}

const ownAddress: Readonly<Record<OwnAddress, string | null>> = {
  random: null,
  lower: 'Without `address` it has the MAC of the link underneath.',
  members: 'Without `address` it has the MAC of its first member.',
  none: null,
};

/** A link hands its packets to one that takes them (rx_handler in include/linux/netdevice.h). */
function taken(keys: readonly string[], sharedAs: string | undefined): string {
  const links = `${keys.length === 1 ? 'The link' : 'The links'} under ${listing(keys.map(asCode), 'and')}`;
  const others = sharedAs === undefined ? 'no other of its like' : 'any number of its like';
  return `${links} can carry ${others}, and cannot be in a bridge or bond besides.`;
}

function apartWords(keys: readonly string[]): string {
  if (keys.length === 0) return 'There can be one in a namespace.';
  const words = listing(keys.map(asCode), 'and');
  return keys.length === 1
    ? `No two over one namespace have the same ${words}.`
    : `No two over one namespace agree in all of ${words}.`;
}

function rowsOf(
  fields: Readonly<Record<string, AnyRow>>,
  shorthands: Readonly<Record<string, Shorthand>>,
): readonly string[] {
  const written = Object.entries(fields).filter(([, row]) => row.implied !== true);
  const rows = written.map(([key, row]) => [
    `${asCode(key)}${row.required === true ? ' (must be written)' : ''}`,
    row.since === undefined ? row.doc : `${row.doc} Since Linux ${row.since}.`,
    changeInAWord(row),
    noticeInAWord(row.notice),
  ]);
  const short = Object.entries(shorthands).map(([key, { doc }]) => [asCode(key), doc, '', '']);
  return markdown(['key', '', 'change', 'notice'], [...rows, ...short]);
}

function asCode(key: string): string {
  return `\`${key}\``;
}
