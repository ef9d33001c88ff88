import type { LinkName, NamespaceName, ObjectId } from './address.ts';
import type { Place } from './place.ts';
import type { Value, Values } from './value.ts';

/** What vnetd does when the world changed under a declaration. */
export type OnDrift = 'restore' | 'alert' | 'ignore';

/** One declared entry of a list facet: an address, a bridge VLAN. */
export interface WantedEntry {
  /** The entry's identity in its list, and how users see it: `10.0.0.1/24`, `20-22`. */
  readonly key: string;
  readonly fields: Values;
}

/** A declared list. What is found beside its entries goes only if the list is complete (`exclusive`). */
export interface WantedList {
  readonly entries: readonly WantedEntry[];
  readonly complete: boolean;
}

/**
 * A link as declared, by all files together: only what was written stands in it.
 * A declared namespace is one too, of kind `namespace`, with the id and name `ns1/`, its own namespace and nothing written.
 */
export interface WantedLink {
  readonly id: ObjectId;
  readonly namespace: NamespaceName;
  readonly name: LinkName;
  readonly kind: string;
  /** Plain attributes by key; those of a port join with a dot (`bridge_port.cost`). */
  readonly fields: Values;
  /** List facets by key (`addresses`, `vlans`). */
  readonly lists: Readonly<Record<string, WantedList>>;
  /** Declared members, when the list of members is complete (`exclusive: [ports]`); names, in the master's namespace. */
  readonly onlyMembers?: readonly LinkName[];
  readonly onDrift: OnDrift;
  /** All places that say something of this object; the first is its own, or the list that names it. */
  readonly sources: readonly Place[];
}

export interface ContestedSettings {
  /** So many repairs of one attribute `within` the span make it contested; 0: never. */
  readonly after: number;
  readonly withinMs: number;
}

/** The `daemon:` block, defaults filled in. */
export interface DaemonSettings {
  readonly sweepMs: number;
  readonly onDrift: OnDrift;
  readonly disruptive: 'restore' | 'alert';
  readonly contested: ContestedSettings;
  /** How long and how much history is kept: milliseconds and bytes. */
  readonly history: { readonly keepMs: number; readonly sizeBytes: number };
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  readonly socketGroup: string;
  /** Where the OVSDB listens: `unix:` and a path. */
  readonly ovsdb: string;
}

/** All good files as one. */
export interface Declaration {
  readonly generation: number;
  readonly daemon: DaemonSettings;
  /** The namespaces come first, each before what is in it. */
  readonly links: readonly WantedLink[];
  /** False while some file was never good: then nothing is removed for not being declared. */
  readonly whole: boolean;
}

export const defaultSettings: DaemonSettings = {
  sweepMs: 30_000,
  onDrift: 'restore',
  disruptive: 'restore',
  contested: { after: 5, withinMs: 60_000 },
  history: { keepMs: 90 * 86_400_000, sizeBytes: 64 * 1024 * 1024 },
  logLevel: 'info',
  socketGroup: 'vnetd',
  ovsdb: 'unix:/run/openvswitch/db.sock',
};

/** The declared value of a plain attribute, or undefined when it was not written and is nobody's business. */
export function wantedValue(link: WantedLink, key: string): Value | undefined {
  return link.fields[key];
}
