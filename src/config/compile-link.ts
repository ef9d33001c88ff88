import { article } from '../derive/grammar.ts';
import { linkKey } from '../derive/link-keys.ts';
import { readOnDrift } from '../derive/on-drift.ts';
import { type LinkName, linkName, type NamespaceName } from '../model/address.ts';
import type { OnDrift } from '../model/declaration.ts';
import { didYouMean } from '../model/nearest.ts';
import { textWritten, type Written, type WrittenMap, type WrittenScalar } from '../model/written.ts';
import { kindNamed, linkKinds, rowOf } from '../reconcilers/index.ts';
import type { AnyRow, Group, Kind, Parts } from '../reconcilers/kind.ts';
import { linkNameFault } from '../wire/composites.ts';
import { compileExclusive } from './compile-exclusive.ts';
import { compileField } from './compile-field.ts';
import { compileList } from './compile-list.ts';
import { compileMembers, compilePortFields } from './compile-members.ts';
import { compileNested } from './compile-nested.ts';
import { compileParts } from './compile-parts.ts';
import { nameElsewhere, unknownKind, unknownLinkKey } from './mistakes.ts';
import type { ExclusivePart, FieldPart, LinkPart, ListPart, MembersPart, PartsPart } from './part.ts';
import { attempt, fault, mapWritten, nothingWritten, type Reading } from './reading.ts';

/** One link under `links:`; undefined when too little of it makes sense. */
export function compileLink(
  reading: Reading,
  namespace: NamespaceName,
  key: WrittenScalar,
  body: Written,
): LinkPart | undefined {
  const name = readName(reading, namespace, key);
  const map = mapWritten(reading, body, key.text, 'a map of attributes');
  if (map === undefined || name === undefined) return undefined;
  const kindEntry = map.entries.find((entry) => entry.key.text === 'kind');
  const kind = kindEntry === undefined ? kindNamed('device') : readKind(reading, kindEntry.value);
  if (kind === undefined) return undefined;
  if (kindEntry !== undefined && namespace !== null && kind.hostOnly !== undefined) {
    const where = `${article(kind.name)} stands under \`links:\` at the top of a file`;
    fault(reading, kindEntry.value, `${where}: it is of the host’s namespace, where ${kind.hostOnly}`);
  }
  const draft = new Draft(reading, namespace, name, kind, kindEntry !== undefined);
  for (const entry of map.entries) draft.take(entry.key, entry.value);
  draft.requireFields(key.offset);
  draft.requireLists();
  return draft.part(key.offset);
}

function readName(reading: Reading, namespace: NamespaceName, key: WrittenScalar): LinkName | undefined {
  const wrong = nameElsewhere(namespace, key.text) ?? linkNameFault(key.text);
  return wrong === undefined ? linkName(key.text) : fault(reading, key, wrong);
}

function readKind(reading: Reading, written: Written): Kind | undefined {
  if (written.is === 'null') return fault(reading, written, nothingWritten('kind', 'device'));
  const text = attempt(reading, () => textWritten(written, 'the name of a kind'));
  if (text === undefined) return undefined;
  return linkKinds.find(({ name }) => name === text) ?? fault(reading, written, unknownKind(text));
}

/** A link in the making: each key is taken once, whatever is wrong with the others. */
class Draft {
  readonly #reading: Reading;
  readonly #namespace: NamespaceName;
  readonly #name: LinkName;
  readonly #kind: Kind;
  readonly #kindIsWritten: boolean;
  readonly #fields: Record<string, FieldPart> = {};
  readonly #lists: Record<string, ListPart> = {};
  readonly #tried = new Set<string>();
  /** The word each field was written by. */
  readonly #words = new Map<string, string>();
  #members: MembersPart | undefined;
  #parts: PartsPart | undefined;
  #exclusive: ExclusivePart | undefined;
  #onDrift: OnDrift | undefined;

  constructor(
    reading: Reading,
    namespace: NamespaceName,
    name: LinkName,
    kind: Kind,
    kindIsWritten: boolean,
  ) {
    this.#reading = reading;
    this.#namespace = namespace;
    this.#name = name;
    this.#kind = kind;
    this.#kindIsWritten = kindIsWritten;
  }

  take(key: WrittenScalar, value: Written): void {
    const meaning = linkKey(this.#kind, key.text);
    if (meaning === undefined) {
      fault(this.#reading, key, unknownLinkKey(key.text, this.#kind, this.#kindIsWritten));
      return;
    }
    this.#tried.add(meaning.key);
    switch (meaning.is) {
      case 'own':
        if (meaning.key === 'on_drift') this.#onDrift = attempt(this.#reading, () => readOnDrift(value));
        if (meaning.key === 'exclusive') this.#exclusive = compileExclusive(this.#reading, this.#kind, value);
        return;
      case 'field':
        this.#takeField(key, meaning, value);
        return;
      case 'shorthand':
        for (const one of meaning.shorthand.keys) this.#takeField(key, { key: one, row: meaning.row }, value);
        return;
      case 'list': {
        const holder = { namespace: this.#namespace, name: this.#name };
        const list = compileList(this.#reading, holder, key, meaning.table, value);
        if (list !== undefined) this.#lists[key.text] = list;
        return;
      }
      case 'map': {
        const map = mapWritten(this.#reading, value, key.text, 'a map of key to text');
        if (map !== undefined) this.#takeMap(meaning.key, meaning.row, map);
        return;
      }
      case 'parts':
        this.#parts = this.#takeParts(meaning.parts, key, value);
        return;
      case 'members':
        this.#members = compileMembers(this.#reading, this.#kind, this.#namespace, key, value);
        return;
      case 'group': {
        const map = mapWritten(this.#reading, value, key.text, 'a map of attributes');
        if (map !== undefined) this.#takeGroup(key.text, meaning.group, map);
        return;
      }
      case 'port': {
        const map = mapWritten(this.#reading, value, key.text, 'a map of attributes');
        if (map !== undefined) this.#takePort(meaning.master, map);
        return;
      }
      default:
        meaning satisfies never;
    }
  }

  #takeField(
    key: WrittenScalar,
    meaning: { readonly key: string; readonly row: AnyRow },
    value: Written,
  ): void {
    const first = this.#fields[meaning.key];
    if (first !== undefined) {
      const word = key.text === meaning.key ? this.#words.get(meaning.key) : key.text;
      const message = `\`${meaning.key}\` is written twice, one time as \`${word}\``;
      fault(this.#reading, key, message, first.at);
      return;
    }
    this.#words.set(meaning.key, key.text);
    const field = compileField(this.#reading, this.#namespace, meaning, value);
    if (field !== undefined) this.#fields[meaning.key] = field;
  }

  #takeGroup(key: string, { fields }: Group, map: WrittenMap): void {
    const unknown = (own: string) => `\`${key}\` has no \`${own}\`${didYouMean(own, Object.keys(fields))}`;
    Object.assign(this.#fields, compileNested(this.#reading, this.#namespace, { key, fields }, map, unknown));
  }

  /** Each key that is written in an open map is an attribute of its own. */
  #takeMap(map: string, row: AnyRow, written: WrittenMap): void {
    if (attempt(this.#reading, () => row.type.read(written)) === undefined) return;
    for (const { key, value } of written.entries) {
      const own = `${map}.${key.text}`;
      const inside = rowOf(this.#kind.name, own);
      const field =
        inside === undefined
          ? undefined
          : compileField(this.#reading, this.#namespace, { key: own, row: inside }, value);
      if (field !== undefined) this.#fields[own] = field;
    }
  }

  #takeParts({ kind, whole, ...parts }: Parts, key: WrittenScalar, value: Written): PartsPart | undefined {
    return compileParts(this.#reading, { kind, whole, ...parts }, key, value, (name, item, attributes) => {
      const draft = new Draft(this.#reading, this.#namespace, name, kind, true);
      for (const entry of attributes?.entries ?? []) draft.take(entry.key, entry.value);
      draft.requireFields(item.offset);
      draft.requireLists();
      const part = draft.part(item.offset);
      const implied = { [whole]: { value: this.#name, at: item.offset } };
      return { ...part, whole: this.#name, fields: { ...implied, ...part.fields } };
    });
  }

  #takePort(master: Kind, map: WrittenMap): void {
    Object.assign(this.#fields, compilePortFields(this.#reading, this.#namespace, master, map));
  }

  /** The other end of a pair may be named there alone, so a missing peer is for the one who sees both. */
  requireFields(at: number): void {
    for (const [key, row] of Object.entries(this.#kind.fields)) {
      if (row.required !== true || row.place.at === 'peer' || this.#tried.has(key)) continue;
      fault(this.#reading, at, `${article(this.#kind.name)} needs \`${key}\`: ${row.doc}`);
    }
  }

  /** Members may be declared by themselves; another list can only be complete where it stands. */
  requireLists(): void {
    const { at, lists } = this.#exclusive ?? { at: 0, lists: [] };
    for (const list of lists === 'all' ? [] : lists) {
      if (this.#tried.has(list) || list === this.#kind.membership?.list) continue;
      fault(
        this.#reading,
        at,
        `\`exclusive\` names \`${list}\`, which is not written here; write \`${list}: []\` if there are to be none`,
      );
    }
  }

  part(at: number): LinkPart {
    const unwritten = Object.entries(this.#kind.unwritten ?? {})
      .filter(([key]) => !this.#tried.has(key))
      .map(([key, value]) => [key, { value, at }] as const);
    return {
      namespace: this.#namespace,
      name: this.#name,
      at,
      kind: this.#kind.name,
      fields: unwritten.length === 0 ? this.#fields : { ...Object.fromEntries(unwritten), ...this.#fields },
      lists: this.#lists,
      ...(this.#members === undefined ? {} : { members: this.#members }),
      ...(this.#parts === undefined ? {} : { parts: this.#parts }),
      ...(this.#exclusive === undefined ? {} : { exclusive: this.#exclusive }),
      ...(this.#onDrift === undefined ? {} : { onDrift: this.#onDrift }),
    };
  }
}
