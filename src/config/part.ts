import type { DeclaredNamespace, LinkName, NamespaceName } from '../model/address.ts';
import type { DaemonSettings, OnDrift, WantedEntry } from '../model/declaration.ts';
import type { Value } from '../model/value.ts';

/**
 * What one good file declares, by itself: everything that can be known of it without the other files.
 * Plain JSON, so that it can be kept; places are offsets into the file's text.
 */
export interface FilePart {
  readonly links: readonly LinkPart[];
  /** Every namespace it names, each once. */
  readonly namespaces: readonly NamespacePart[];
  readonly daemon?: DaemonPart;
}

export interface NamespacePart {
  readonly name: DeclaredNamespace;
  /** Where its name stands. */
  readonly at: number;
}

export interface LinkPart {
  readonly namespace: NamespaceName;
  readonly name: LinkName;
  /** Where its name stands. */
  readonly at: number;
  readonly kind: string;
  readonly fields: Readonly<Record<string, FieldPart>>;
  readonly lists: Readonly<Record<string, ListPart>>;
  readonly members?: MembersPart;
  readonly parts?: PartsPart;
  /** What it is a part of, for an object that is declared inside another. */
  readonly whole?: LinkName;
  readonly exclusive?: ExclusivePart;
  readonly onDrift?: OnDrift;
}

export interface FieldPart {
  readonly value: Value;
  /** Where the value stands. */
  readonly at: number;
}

export interface ListPart {
  readonly at: number;
  readonly entries: readonly WantedEntry[];
  /** Where each entry stands. */
  readonly places: readonly number[];
}

/** `ports:` or `members:` as written on a master. */
export interface MembersPart {
  readonly at: number;
  readonly members: readonly MemberPart[];
}

/** Objects declared inside one: the `ports:` of an Open vSwitch bridge. */
export interface PartsPart {
  readonly at: number;
  readonly links: readonly LinkPart[];
}

export interface MemberPart {
  readonly name: LinkName;
  readonly at: number;
  /** Its attributes in this master, by dotted key. */
  readonly fields: Readonly<Record<string, FieldPart>>;
}

/** `all`: every list that is written here; else the named ones, members under their list's key. */
export interface ExclusivePart {
  readonly at: number;
  readonly lists: 'all' | readonly string[];
}

/** What is written of the daemon's settings. */
export interface DaemonPart {
  readonly at: number;
  readonly settings: PartialSettings;
}

export type PartialSettings = Partial<Omit<DaemonSettings, 'contested' | 'history'>> & {
  readonly contested?: Partial<DaemonSettings['contested']>;
  readonly history?: Partial<DaemonSettings['history']>;
};
