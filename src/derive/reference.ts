import { everyLink } from '../reconcilers/every-link.ts';
import { kinds, linkKinds, lists, ownLists } from '../reconcilers/index.ts';
import type { Kind } from '../reconcilers/kind.ts';
import {
  type ExplainedKey,
  explainAllSettings,
  explainBody,
  explainFields,
  explainKind,
  explainList,
  explainOwnKeys,
} from './explain.ts';
import { listing } from './grammar.ts';
import { markdown } from './markdown.ts';
import { changeLegend, noticeLegend } from './meanings.ts';
import { references } from './namespace-body.ts';

/** The page docs/configuration.md: every key of every kind, as the tables have them. */
export function configurationReference(): string {
  return [
    '# Configuration reference',
    '',
    'Written from the tables vnetd itself reads; `vnetctl explain KIND[.KEY]` says the same.',
    'A file holds `links:`, a map of name to the keys below, `namespaces:`, in which each namespace has `links:` of its own,',
    'and in one file `daemon:`. What is not written is not managed.',
    '',
    'In the tables below, *changed* is what it takes to put a changed value back (in brackets the keys that may make it another):',
    '',
    ...changeLegend,
    '',
    'and *noticed* when vnetd sees the change:',
    '',
    ...noticeLegend,
    '',
    '- [Kinds](#kinds): what each is, and a section for each with its own keys',
    '- [Every link](#every-link): the keys all of them have',
    `- Lists: ${listing(
      [...Object.keys(lists), ...Object.keys(ownLists)].map((name) => `[\`${name}\`](#${name})`),
      'and',
    )}`,
    '- [Namespaces](#namespaces)',
    '- [Settings of the daemon](#daemon)',
    '',
    '## Kinds',
    '',
    '| kind | |',
    '|---|---|',
    ...linkKinds.map(({ name, summary }) => `| [\`${name}\`](#${name}) | ${summary} |`),
    '',
    '## Every link',
    '',
    ...keyTable([...explainOwnKeys(), ...explainFields(everyLink)]),
    ...Object.keys(lists).flatMap(listSection),
    ...Object.keys(ownLists).flatMap(ownListSection),
    ...linkKinds
      .flatMap((kind) => [kind, ...(kind.parts === undefined ? [] : [kind.parts.kind])])
      .flatMap(kindSection),
    ...namespaceSection(),
    '## daemon',
    '',
    'In one file only; a dot is a map in a map: `daemon: { sweep: 30s, contested: { after: 5, within: 60s } }`.',
    '',
    ...settings(),
  ].join('\n');
}

function kindSection(kind: Kind): readonly string[] {
  const {
    name,
    summary,
    when,
    module,
    since,
    keys,
    lacks,
    ownLists: own,
    members,
    parts,
    under,
  } = explainKind(kind);
  const port = members?.port ?? null;
  return [
    `## ${name}`,
    '',
    summary,
    when,
    ...(module === null ? [] : [`Comes with the kernel module \`${module}\`.`]),
    ...(since === null ? [] : [`Since Linux ${since}.`]),
    ...Object.entries(lacks).map(([key, why]) => `There is no \`${key}\`: ${why}.`),
    '',
    ...(keys.length === 0 ? [] : keyTable(keys)),
    ...own.flatMap((list) => [`It has a list [\`${list}\`](#${list}).`, '']),
    ...(parts === null
      ? []
      : [
          `Its ${parts.list} stand under \`${parts.list}\`: a list of names, or a map of name to the keys of an [${parts.kind}](#${parts.kind}).`,
          '',
        ]),
    ...(under === 'ports'
      ? ['The keys of every link are for a port that has a link of its own (`type: internal`).', '']
      : []),
    ...(members === null
      ? []
      : [`Its members stand under \`${members.list}\`, or name it as their \`master\`.`, '']),
    ...(port === null ? [] : [`On a member, under \`${port.key}\`:`, '', ...keyTable(port.keys)]),
  ];
}

function namespaceSection(): readonly string[] {
  const { summary, when, under } = explainKind(kinds.namespace);
  return [
    `## ${under}`,
    '',
    summary,
    when,
    '',
    ...markdown(
      ['key', '', 'takes'],
      explainBody().map(({ key, doc, takes }) => [`\`${key}\``, doc, takes ?? '']),
    ),
    ...references,
    '',
    '```yaml',
    'links:',
    '  br0: { kind: bridge, ports: [veth1] }',
    '  veth1: { kind: veth, peer: ns1/eth0 }',
    'namespaces:',
    '  ns1:',
    '    links:',
    '      eth0: { kind: veth, peer: /veth1, addresses: [10.0.0.2/24] }',
    '```',
    '',
  ];
}

function listSection(name: string): readonly string[] {
  const { doc, keys } = explainList(name);
  const rows = keys.map(({ key, doc: sentence, takes, required }) => [
    `\`${key}\`${required ? ' (must be written)' : ''}`,
    sentence,
    takes ?? '',
  ]);
  return [`### ${name}`, '', doc, '', ...(rows.length === 0 ? [] : markdown(['key', '', 'takes'], rows))];
}

/** A list only some kinds have. */
function ownListSection(name: string): readonly string[] {
  const [head = '', ...rest] = listSection(name);
  const owners = linkKinds.filter(({ lists: own }) => own?.[name] !== undefined);
  const links = owners.map((kind) => `[\`${kind.name}\`](#${kind.name})`);
  return [head, '', `Only of ${listing(links, 'and')}.`, ...rest.slice(1)];
}

function keyTable(keys: readonly ExplainedKey[]): readonly string[] {
  const rows = keys.map(({ key, doc, takes, required, inAWord, since, config, also }) => {
    const kernel = kernelOf(since, config);
    const spellings = also.length === 0 ? '' : ` Also: ${also.map((one) => `\`${one}\``).join(', ')}.`;
    const mark = required ? ' (must be written)' : '';
    return [
      `\`${key}\`${mark}`,
      doc + kernel + spellings,
      takes ?? '',
      inAWord?.change ?? '',
      inAWord?.notice ?? '',
    ];
  });
  return markdown(['key', '', 'takes', 'changed', 'noticed'], rows);
}

function kernelOf(since: string | null, config: string | null): string {
  const release = since === null ? '' : ` Since Linux ${since}.`;
  return config === null ? release : `${release} Needs a kernel with ${config}.`;
}

function settings(): readonly string[] {
  return markdown(
    ['key', '', 'takes'],
    explainAllSettings().map(({ key, doc, takes }) => [`\`${key}\``, doc, takes ?? '']),
  );
}
