import type { ObjectId } from '../model/address.ts';
import type { Values } from '../model/value.ts';
import type { Source } from '../reconcilers/kind.ts';

/** A link as sources beside rtnetlink are asked about it. */
export interface FacetedLink {
  readonly ifindex: number;
  readonly name: string;
  readonly kind: string | null;
  /** A link of the same name, number and kind in another namespace. */
  twin(): ObjectId | undefined;
}

/** A source beside rtnetlink. It is asked whenever a link is looked at that is declared to have something of it. */
export interface FacetSource {
  /** The file a link has there, as long as it has. */
  file(link: FacetedLink): string | undefined;
  /** What is found of what is wanted, in its words; null where there is none. */
  found(link: FacetedLink, wanted: Values): Values;
  /** A text that changes when something else might be answered to a request. */
  standing(link: FacetedLink, wanted: Values): string;
}

/** A source there is no one for does not compile. */
export type Facets<S extends FacetSource = FacetSource> = { readonly [one in Source]: S };
