import { hostNamespace } from '../model/address.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Complaint } from '../model/place.ts';
import { nameOf, type Written } from '../model/written.ts';
import { compileDaemon } from './compile-daemon.ts';
import { compileLinks, type LinksByName } from './compile-links.ts';
import { compileNamespaces, type NamespacesByName } from './compile-namespaces.ts';
import { isForLater, notInThisVersion } from './later.ts';
import type { DaemonPart, FilePart } from './part.ts';
import { readYaml } from './read-file.ts';
import { fault, type Reading } from './reading.ts';
import { complaintAboutFile, complaintOf, type Remark, type Source } from './source.ts';

/** A file by itself: its part of the declaration, or what is wrong with it. */
export type CompiledFile =
  | { readonly part: FilePart; readonly errors: readonly [] }
  | { readonly part: null; readonly errors: readonly Complaint[] };

/** More errors than this of one file help nobody. */
const MOST_ERRORS = 100;

const topLevel = ['links', 'namespaces', 'daemon', '$schema'] as const;

/** Compiles one file, without looking at the others. */
export function compileFile(source: Source): CompiledFile {
  const { documents, faults } = readYaml(source);
  const reading: Reading = { source, faults: [...faults] };
  const links: LinksByName = new Map();
  const namespaces: NamespacesByName = new Map();
  let daemon: DaemonPart | undefined;
  for (const document of documents) {
    for (const { key, value } of entriesOf(reading, document)) {
      if (key.text === 'links') compileLinks(reading, hostNamespace, links, value);
      else if (key.text === 'namespaces') compileNamespaces(reading, namespaces, value);
      else if (key.text === 'daemon') {
        if (daemon !== undefined) fault(reading, key, '`daemon` is written twice', daemon.at);
        const settings = compileDaemon(reading, value);
        if (settings !== undefined) daemon = { at: key.offset, settings };
      } else if (key.text !== '$schema') fault(reading, key, unknownTopLevel(key.text));
    }
  }
  dropEchoes(reading.faults, faults.length);
  if (reading.faults.length > 0) return { part: null, errors: errorsOf(source, reading.faults) };
  return { part: partOf(links, namespaces, daemon), errors: [] };
}

function partOf(links: LinksByName, namespaces: NamespacesByName, daemon: DaemonPart | undefined): FilePart {
  const inNamespaces = [...namespaces.values()].flatMap((namespace) => [...namespace.links.values()]);
  return {
    links: [...links.values(), ...inNamespaces],
    namespaces: Array.from(namespaces, ([name, { at }]) => ({ name, at })),
    ...(daemon === undefined ? {} : { daemon }),
  };
}

/** What could not be read at all is said once, and not again for having no value. */
function dropEchoes(faults: Remark[], unreadable: number): void {
  const places = new Set(faults.slice(0, unreadable).map(({ at }) => at));
  faults.splice(unreadable, faults.length, ...faults.slice(unreadable).filter(({ at }) => !places.has(at)));
}

function entriesOf(reading: Reading, document: Written) {
  if (document.is === 'map') return document.entries;
  if (document.is !== 'null') {
    fault(reading, document, `a file is a map with \`links:\` at its top, not ${nameOf(document)}`);
  }
  return [];
}

function unknownTopLevel(key: string): string {
  if (isForLater('namespace', key)) return notInThisVersion(key);
  if (key === 'network') return '`network` is netplan’s; here the top level is `links:`';
  const hint = key === 'netns' ? ' (did you mean `namespaces`?)' : didYouMean(key, topLevel);
  return `a file has no key \`${key}\` at its top${hint === '' ? '; links stand under `links:`' : hint}`;
}

/** In the order they stand in the file, each said once: an alias repeats what it names. */
function errorsOf(source: Source, faults: readonly Remark[]): readonly Complaint[] {
  const once = new Map(faults.map((remark) => [`${remark.at} ${remark.message}`, remark]));
  const sorted = [...once.values()].sort((a, b) => a.at - b.at);
  const said = sorted.slice(0, MOST_ERRORS).map((remark) => complaintOf(source, remark));
  const rest = sorted.length - said.length;
  return rest === 0
    ? said
    : [...said, complaintAboutFile(source.file, `and ${rest} more errors in this file`)];
}
