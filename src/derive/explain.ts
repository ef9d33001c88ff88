import { didYouMean } from '../model/nearest.ts';
import { everyLink, everyLinkOf } from '../reconcilers/every-link.ts';
import {
  kindNamed,
  kinds,
  kindUnder,
  linkKinds,
  listNamed,
  lists,
  listsOf,
  ownLists,
  rowOf,
} from '../reconcilers/index.ts';
import type { AnyRow, Fields, Kind, Parts } from '../reconcilers/kind.ts';
import type { ListTable } from '../reconcilers/list.ts';
import type { Schema } from '../wire/type.ts';
import { type DaemonEntry, daemonKeys } from './daemon-keys.ts';
import { listing } from './grammar.ts';
import { keysOfLink, linkKey, mapWith, ownKeys } from './link-keys.ts';
import { changeInAWord, changeInWords, noticeInAWord, noticeInWords } from './meanings.ts';
import { bodyDocs, topDocs } from './namespace-body.ts';
import { onDriftWords } from './on-drift.ts';

/** One key and what may be said of it; what does not apply is null. */
export interface ExplainedKey {
  readonly key: string;
  readonly doc: string;
  /** What may be written. */
  readonly takes: string | null;
  readonly required: boolean;
  /** When it can be changed on a link that is there. */
  readonly change: string | null;
  /** When somebody else’s change of it is seen. */
  readonly notice: string | null;
  /** Both in a word, for tables with a legend. */
  readonly inAWord: { readonly change: string; readonly notice: string } | null;
  /** The release of Linux that brought it, where vnetd runs on older ones too. */
  readonly since: string | null;
  /** What a kernel has to be built with to have it, where not all are. */
  readonly config: string | null;
  /** Other spellings. */
  readonly also: readonly string[];
}

/** What there is to say about a word of the configuration. */
export type Explanation =
  | { readonly is: 'kinds'; readonly kinds: readonly { readonly name: string; readonly summary: string }[] }
  | ({ readonly is: 'kind' } & ExplainedKind)
  | { readonly is: 'key'; readonly path: string; readonly key: ExplainedKey }
  /** A key that holds others: a list, the attributes of a port, `daemon`. */
  | {
      readonly is: 'group';
      readonly path: string;
      readonly doc: string;
      readonly keys: readonly ExplainedKey[];
    }
  | { readonly is: 'unknown'; readonly message: string };

export interface ExplainedKind {
  readonly name: string;
  readonly summary: string;
  readonly when: string;
  /** What one has to know who uses it. */
  readonly knows: readonly string[];
  /** The key at the top of a file it stands under: a link, which says its kind, or something by itself. */
  readonly under: Kind['declaredUnder'];
  /** Whether vnetd can make it. */
  readonly made: boolean;
  /** The kernel module that brings it, or null. */
  readonly module: string | null;
  /** The release of Linux that brought it, where vnetd runs on older ones too. */
  readonly since: string | null;
  readonly keys: readonly ExplainedKey[];
  /** Keys of every link, whatever its kind. */
  readonly everyLink: readonly string[];
  /** Keys of every other link that this kind cannot have, and why. */
  readonly lacks: Readonly<Record<string, string>>;
  readonly lists: readonly string[];
  /** Lists only links of this kind and its like have. */
  readonly ownLists: readonly string[];
  readonly members: ExplainedMembers | null;
  /** The key under which objects of another kind stand that are parts of it. */
  readonly parts: { readonly list: string; readonly kind: string } | null;
}

export interface ExplainedMembers {
  /** The key that lists them. */
  readonly list: string;
  /** The key on a member for its attributes there, and those attributes. */
  readonly port: { readonly key: string; readonly keys: readonly ExplainedKey[] } | null;
}

/** Explains a kind, a key, or a key of a kind: `bond`, `bond.miimon`, `bridge.bridge_port.cost`, `mtu`, `daemon.sweep`. */
export function explain(query: string): Explanation {
  if (query === '')
    return { is: 'kinds', kinds: Object.values<Kind>(kinds).map(({ name, summary }) => ({ name, summary })) };
  const [head = '', ...rest] = query.split('.');
  if (head === 'daemon') return explainDaemon(rest);
  const kind = kindNamed(head) ?? kindUnder(head);
  if (kind?.declaredUnder === 'namespaces') return explainAlone(head, kind, rest);
  if (kind === undefined) return explainKey('', undefined, [head, ...rest]);
  return rest.length === 0 ? { is: 'kind', ...explainKind(kind) } : explainKey(`${head}.`, kind, rest);
}

export function explainKind(kind: Kind): ExplainedKind {
  const { membership } = kind;
  const port = membership?.port;
  const isLink = kind.declaredUnder !== 'namespaces';
  return {
    name: kind.name,
    summary: kind.summary,
    when: kind.when,
    knows: kind.knows,
    under: kind.declaredUnder,
    made: kind.made,
    module: kind.kernel?.module ?? null,
    since: kind.kernel?.since ?? null,
    keys: isLink
      ? [...explainFields(kind.fields), ...explainGroups(kind), ...explainShorthands(kind)]
      : explainBody(),
    everyLink: isLink ? Object.keys(everyLinkOf(kind)).filter((key) => !Object.hasOwn(kind.fields, key)) : [],
    lacks: kind.lacks ?? {},
    lists: isLink ? Object.keys(listsOf(kind)).filter((key) => Object.hasOwn(lists, key)) : [],
    ownLists: Object.keys(kind.lists ?? {}),
    members:
      membership === undefined
        ? null
        : {
            list: membership.list,
            port: port === undefined ? null : { key: port.key, keys: explainFields(port.fields) },
          },
    parts: kind.parts === undefined ? null : { list: kind.parts.list, kind: kind.parts.kind.name },
  };
}

/** What is no link, by its own name or by that of the key it stands under. */
function explainAlone(path: string, kind: Kind, rest: readonly string[]): Explanation {
  if (rest.length === 0) return { is: 'kind', ...explainKind(kind) };
  return inside({ is: 'group', path, doc: kind.summary, keys: explainBody() }, rest);
}

export function explainBody(): readonly ExplainedKey[] {
  return Object.entries(bodyDocs).map(([key, doc]) => plainKey(key, doc, 'a map of name to attributes'));
}

export function explainFields(fields: Fields): readonly ExplainedKey[] {
  return Object.entries(fields)
    .filter(([, row]) => row.implied !== true)
    .map(([key, row]) => explainRow(key, row));
}

function explainGroups({ groups = {} }: Kind): readonly ExplainedKey[] {
  return Object.entries(groups).flatMap(([key, { fields }]) =>
    explainFields(fields).map((one) => ({ ...one, key: `${key}.${one.key}` })),
  );
}

function explainShorthands({ name, shorthands = {} }: Kind): readonly ExplainedKey[] {
  return Object.entries(shorthands).map(
    ([
      key,
      {
        keys: [first],
        doc,
      },
    ]) => plainKey(key, doc, rowOf(name, first)?.type.range ?? null),
  );
}

function explainRow(key: string, row: AnyRow): ExplainedKey {
  return {
    key,
    doc: row.doc,
    takes: row.type.range,
    required: row.required === true,
    change: changeInWords(row),
    notice: noticeInWords(row.notice),
    inAWord: { change: changeInAWord(row), notice: noticeInAWord(row.notice) },
    since: row.since ?? null,
    config: row.config ?? null,
    also: row.also ?? [],
  };
}

/** A key of a kind, or of any link where no kind is named. */
function explainKey(
  prefix: string,
  kind: Kind | undefined,
  [key = '', ...rest]: readonly string[],
): Explanation {
  const found = linkKey(kind ?? kinds.device, key);
  const path = `${prefix}${key}`;
  if (found === undefined || (rest.length > 0 && ['own', 'field', 'map', 'shorthand'].includes(found.is))) {
    return unknown(`${path}${rest.map((part) => `.${part}`).join('')}`, kind);
  }
  switch (found.is) {
    case 'own':
      return { is: 'key', path, key: plainKey(key, ...ownDocs[found.key]) };
    case 'field':
    case 'map':
      return { is: 'key', path, key: explainRow(found.key, found.row) };
    case 'parts':
      if (Object.hasOwn(found.parts.kind.groups ?? {}, rest[0] ?? ''))
        return explainKey(`${path}.`, found.parts.kind, rest);
      return inside({ is: 'group', path, doc: partsDoc(found.parts), keys: explainPart(found.parts) }, rest);
    case 'shorthand':
      return { is: 'key', path, key: plainKey(key, found.shorthand.doc, found.row.type.range) };
    case 'list':
      return inside({ is: 'group', path, ...explainList(key) }, rest);
    case 'group': {
      const { doc, fields } = found.group;
      return inside({ is: 'group', path, doc, keys: explainFields(fields) }, rest);
    }
    case 'members':
      return inside(
        {
          is: 'group',
          path,
          doc: membersDoc(kind),
          keys: explainFields(kind?.membership?.port?.fields ?? {}),
        },
        rest,
      );
    case 'port': {
      const { port } = found.master.membership ?? {};
      const doc = `What ${found.master.name} keeps of the link while it is a member.`;
      return inside({ is: 'group', path, doc, keys: explainFields(port?.fields ?? {}) }, rest);
    }
    default:
      return found satisfies never;
  }
}

function inside(
  group: Extract<Explanation, { is: 'group' }>,
  [key, ...deeper]: readonly string[],
): Explanation {
  if (key === undefined) return group;
  const whole = [key, ...deeper].join('.');
  const found = group.keys.find((one) => one.key === whole);
  if (found !== undefined) return { is: 'key', path: `${group.path}.${whole}`, key: found };
  const near = didYouMean(
    key,
    group.keys.map((one) => one.key),
  );
  return { is: 'unknown', message: `\`${group.path}\` has no key \`${whole}\`${near}` };
}

export function explainList(name: string): { readonly doc: string; readonly keys: readonly ExplainedKey[] } {
  const table: ListTable | undefined = listNamed(name);
  if (table === undefined) throw new RangeError(`no list named ${name}`);
  const keys = Object.entries(table.fields).map(([key, field]) => ({
    ...plainKey(key, field.doc, field.takes ?? takesOf(field.schema)),
    required: field.required === true,
    notice: noticeInWords(table.notice),
  }));
  const { summary, config } = table;
  return { doc: config === undefined ? summary : `${summary} Needs a kernel with ${config}.`, keys };
}

const ownDocs: Readonly<Record<(typeof ownKeys)[number], readonly [doc: string, takes: string]>> = {
  kind: [
    'What the link is; without it a `device`, which somebody else makes.',
    linkKinds.map(({ name }) => name).join(', '),
  ],
  on_drift: [
    'What to do when somebody changes the link: put it back, only say so, or (`ignore`) make it once and never look again.',
    onDriftWords.join(', '),
  ],
  exclusive: [
    'Makes lists complete: what else is found in them is removed. `true` is about every list written here.',
    'true or false, or the names of lists',
  ],
};

export function explainOwnKeys(): readonly ExplainedKey[] {
  return ownKeys.map((key) => plainKey(key, ...ownDocs[key]));
}

function partsDoc({ kind, list }: Parts): string {
  return `Its ${list}: a list of names, or a map of name to attributes. Each is an object of its own, of kind ${kind.name}.`;
}

function explainPart({ kind }: Parts): readonly ExplainedKey[] {
  return [...explainFields(kind.fields), ...explainGroups(kind)];
}

function membersDoc(kind: Kind | undefined): string {
  const own = kind?.membership?.port?.key;
  const attributes =
    own === undefined ? '' : `, or a map of name to what is written under \`${own}\` on the member itself`;
  return `The links that are members: a list of names${attributes}. Each of them stands for itself.`;
}

function explainDaemon(path: readonly string[]): Explanation {
  const group = {
    is: 'group',
    path: 'daemon',
    doc: topDocs.daemon,
    keys: explainSettings(daemonKeys),
  } as const;
  const [key = '', ...rest] = path;
  const entry = Object.hasOwn(daemonKeys, key) ? daemonKeys[key] : undefined;
  if (entry === undefined || !('keys' in entry)) return inside(group, path);
  return inside(
    { is: 'group', path: `daemon.${key}`, doc: entry.doc, keys: explainSettings(entry.keys) },
    rest,
  );
}

/** Every setting by its dotted key. */
export function explainAllSettings(): readonly ExplainedKey[] {
  return Object.entries(daemonKeys).flatMap(([key, entry]) => {
    if (!('keys' in entry)) return explainSettings({ [key]: entry });
    return explainSettings(entry.keys).map((inner) => ({ ...inner, key: `${key}.${inner.key}` }));
  });
}

export function explainSettings(entries: Readonly<Record<string, DaemonEntry>>): readonly ExplainedKey[] {
  return Object.entries(entries).map(([key, entry]) => {
    const takes = 'keys' in entry ? `a map of ${listing(Object.keys(entry.keys), 'and')}` : entry.range;
    return plainKey(key, entry.doc, takes);
  });
}

function plainKey(key: string, doc: string, takes: string | null): ExplainedKey {
  return {
    key,
    doc,
    takes,
    required: false,
    change: null,
    notice: null,
    inAWord: null,
    since: null,
    config: null,
    also: [],
  };
}

/** What a schema says may be written, where it is short enough to say. */
function takesOf(schema: Schema): string | null {
  const words = schema.enum;
  if (Array.isArray(words)) return words.includes(true) ? 'true or false' : words.join(', ');
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map((one) => takesOf(one as Schema)).join(' or ');
  const types = [schema.type].flat().filter((type) => typeof type === 'string');
  const { minimum, maximum } = schema;
  const number = minimum === undefined || maximum === undefined ? 'a number' : `${minimum} to ${maximum}`;
  return types.map((type) => (type === 'integer' ? number : 'a text')).join(' or ') || null;
}

function unknown(path: string, kind: Kind | undefined): Explanation {
  const names =
    kind === undefined
      ? [
          ...Object.keys(kinds),
          ...Object.keys(everyLink),
          ...Object.keys({ ...lists, ...ownLists }),
          ...Object.keys(topDocs),
        ]
      : keysWithin(kind);
  const key = kind === undefined ? path : path.slice(kind.name.length + 1);
  const map = kind === undefined ? undefined : mapWith(kind, key);
  const place = map === undefined ? undefined : `it stands under \`${map}\``;
  const why = Object.hasOwn(kind?.lacks ?? {}, key) ? kind?.lacks?.[key] : place;
  if (kind !== undefined && why !== undefined)
    return { is: 'unknown', message: `${kind.name} has no key \`${key}\`: ${why}` };
  const what = kind === undefined ? `nothing is called \`${path}\`` : `${kind.name} has no key \`${key}\``;
  return { is: 'unknown', message: `${what}${didYouMean(key, names)}` };
}

function keysWithin(kind: Kind): readonly string[] {
  return keysOfLink(kind).filter((key) => !(ownKeys as readonly string[]).includes(key));
}
