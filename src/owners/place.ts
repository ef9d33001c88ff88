import type { InventoryLink } from '../inventory/links.ts';
import type { View } from '../inventory/view.ts';
import type { NamespaceName } from '../model/address.ts';
import type { Exchanger } from '../netlink/channel.ts';
import type { Messenger } from '../netlink/messenger.ts';

/** A namespace that can be acted in. */
export interface Place {
  readonly view: View;
  readonly channel: Exchanger;
  /** The file that stands for it. */
  readonly path: string;
  /** For what rtnetlink has no words for. */
  readonly messenger: Messenger;
}

/** The namespaces that can be acted in. */
export interface Places {
  at(namespace: NamespaceName): Place | undefined;
  /** The number another one has inside one; it gets one if it has none. */
  numberIn(place: Place, other: Place): number | undefined;
  /** The links that stand on one. */
  over(place: Place, ifindex: number): readonly PlacedLink[];
}

export interface PlacedLink {
  readonly place: Place;
  readonly link: InventoryLink;
}
