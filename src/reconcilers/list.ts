import type { NamespaceName } from '../model/address.ts';
import type { WantedEntry } from '../model/declaration.ts';
import type { Values } from '../model/value.ts';
import type { Written } from '../model/written.ts';
import type { Errand, Replies } from '../wire/errand.ts';
import type { Reflex } from '../wire/reflex.ts';
import type { Names, Schema } from '../wire/type.ts';
import type { Notice } from './kind.ts';
import type { EntryRows } from './ovs-entries.ts';

/** One found entry of a list. */
export interface FoundEntry {
  readonly key: string;
  readonly fields: Values;
  /** Never removed by `exclusive`: the kernel made it, or it has a lifetime (RA, DHCP). */
  readonly lasting: boolean;
  /** It bears vnetd's mark: vnetd made it, whatever else is remembered. */
  readonly marked?: true;
}

/** A request of rtnetlink without its header: a message type, its flags beyond REQUEST and ACK, and its body. */
export interface Request {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** The link an entry belongs to, as a request needs it. */
export interface Holder {
  readonly ifindex: number;
  readonly name: string;
  /** The kind is a bridge itself: its own VLAN entry is addressed to `self`. */
  readonly kind: string | null;
}

/** A facet that is a list of entries with a key. */
export type ListTable = ToldList | AskedList | SwitchedList;

/** A list whose entries rtnetlink tells of, in notices and answers. */
export interface ToldList extends AnyList {
  /** What the source of found entries is; a list is unknown while its source was not read for the link. */
  readonly source: 'address' | 'bridge-vlan' | 'link';
  /** How the notice is known that says an entry went, given the kernel's message that told of it. */
  departure?(message: Uint8Array): Pick<Reflex, 'type' | 'conditions'>;
  add(entry: WantedEntry, holder: Holder): readonly Request[];
  remove(entry: WantedEntry, holder: Holder): readonly Request[];
}

/** A list the kernel has to be asked for by other ways than rtnetlink, and gives no notice of. */
export interface AskedList extends AnyList {
  readonly source: 'asked';
  readonly notice: 'never';
  /**
   * Whose it is: the link's own, or that of the namespace its outer packets go through. Of a namespace several links may
   * declare the same entry, which is one; it outlives them, and goes when the last one's line does.
   */
  readonly of: 'link' | 'underlay';
  /** The question for all of it. */
  ask(holder: Pick<Holder, 'name'>): Errand;
  /** The entries an answer tells of. */
  decode(replies: Replies, names: Names): readonly FoundEntry[];
  /** The links an entry refers to. */
  mentions?(entry: WantedEntry): readonly string[];
  /** Undefined while a link it refers to is not there. */
  add(entry: WantedEntry, holder: Holder, names: Names): Errand | undefined;
  remove(entry: WantedEntry, holder: Holder, names: Names): Errand | undefined;
}

/** A list of a bridge of Open vSwitch, whose entries are rows of the OVSDB; they go with its transactions. */
export interface SwitchedList extends AnyList {
  readonly source: 'ovsdb';
  readonly notice: 'always';
  readonly rows: EntryRows;
}

interface AnyList {
  readonly name: string;
  readonly summary: string;
  readonly notice: Notice;
  /** Whether `exclusive` is about this list. */
  readonly canBeComplete: boolean;
  /** What a kernel has to be built with to have it, where not all are. */
  readonly config?: string;
  /** The release of Linux that brought it, where vnetd runs on older ones too. */
  readonly since?: string;
  /** The keys of an entry written as a map, a sentence each. */
  readonly fields: Readonly<
    Record<
      string,
      {
        readonly doc: string;
        readonly schema: Schema;
        /** What may be written, for people; without it as the schema has it. */
        readonly takes?: string;
        readonly required?: true;
      }
    >
  >;
  readonly schema: Schema;
  /** The entries one written item stands for (a range of VLANs is several); throws a Misfit. */
  read(
    written: Written,
    holder: { readonly namespace: NamespaceName; readonly name: string },
  ): readonly WantedEntry[];
  /** Equal for two entries the kernel will not have beside each other; without it, for those of one key. */
  sameFor?(entry: WantedEntry): string;
  /** Whether an entry takes another along when it goes; the other may be told of first. */
  takesAlong?(entry: WantedEntry, other: WantedEntry): boolean;
  /** Whether a found entry of the same key is what was wanted; only written fields count. */
  agrees(wanted: Values, found: Values): boolean;
  /** What is found that is not as wanted; without it what differs of the wanted fields. */
  differing?(wanted: Values, found: Values): Values;
  /** Whether adding over what is found brings it into line; else it is removed first. Without it: always. */
  replaces?(wanted: Values, found: Values): boolean;
  /** What to add so that nothing unwritten of the found entry changes. */
  merged(wanted: Values, found: Values): Values;
  /** Texts that must be refused, and entries that may be written. For tests. */
  readonly samples: readonly Values[];
  readonly refused: readonly string[];
}
