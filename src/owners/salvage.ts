import type { FoundAddress, InventoryLink } from '../inventory/links.ts';
import { parseObjectId } from '../model/address.ts';
import type { Step } from '../model/step.ts';
import type { Received } from '../netlink/messages.ts';
import { IFA_F, RTM } from '../wire/rtnetlink.ts';
import type { Place, PlacedLink, Places } from './place.ts';
import { linkOfRoute, type Noted, puttingBack, replayable, routeFamilies, routesOfLink } from './put-back.ts';

/** What may be knocked over on a link. */
export interface NotedLink {
  readonly place: Place;
  readonly ifindex: number;
  readonly noted: Noted;
}

/** Notes the addresses and routes that a step may cost somebody, declared or not, and puts them back. */
export class Salvage {
  readonly #places: Places;
  /** While the routes of a link are noted: those read so far. */
  #noting: { readonly ifindex: number; readonly routes: Uint8Array[] } | undefined;

  constructor(places: Places) {
    this.#places = places;
  }

  /** A link and all that stands on it, in any namespace: what goes down with it. */
  standing(link: PlacedLink): readonly PlacedLink[] {
    const found = [link];
    for (const { place, link: one } of found)
      for (const over of this.#places.over(place, one.ifindex))
        if (!found.some(({ link: known }) => known === over.link)) found.push(over);
    return found;
  }

  note(links: readonly PlacedLink[]): readonly NotedLink[] {
    return links.map(({ place, link: { ifindex } }) => {
      const routes: Uint8Array[] = [];
      this.#noting = { ifindex, routes };
      for (const family of routeFamilies) place.channel.dump(RTM.GETROUTE, routesOfLink(family, ifindex));
      this.#noting = undefined;
      const addresses = [...place.view.inventory.addresses(ifindex).values()];
      return { place, ifindex, noted: { routes, addresses } };
    });
  }

  /** Told of the routes a channel reads while those of a link are noted. */
  takeRoute(message: Received): void {
    if (linkOfRoute(message) === this.#noting?.ifindex) this.#noting?.routes.push(replayable(message));
  }

  /** What the kernel takes along with removed entries and nobody asked for: the secondaries of an IPv4 address. */
  noteAround(steps: readonly Step[]): readonly NotedLink[] {
    const isSecondary = ({ flags }: FoundAddress) => (flags & IFA_F.SECONDARY) !== 0;
    const removed = new Map<InventoryLink, { readonly place: Place; readonly keys: Set<string> }>();
    for (const step of steps) {
      if (step.do !== 'remove') continue;
      const { namespace, name } = parseObjectId(step.id);
      const place = this.#places.at(namespace);
      const link = place?.view.inventory.named(name);
      if (place === undefined || link === undefined) continue;
      const known = removed.get(link);
      if (known !== undefined) known.keys.add(step.entry);
      else if ([...place.view.inventory.addresses(link.ifindex).values()].some(isSecondary))
        removed.set(link, { place, keys: new Set([step.entry]) });
    }
    return [...removed].flatMap(([link, { place, keys }]) =>
      this.note([{ place, link }]).map(({ noted, ...where }) => {
        const { routes, addresses } = noted;
        return { ...where, noted: { routes, addresses: addresses.filter(({ key }) => !keys.has(key)) } };
      }),
    );
  }

  putBack({ place: { channel, view }, ifindex, noted }: NotedLink): void {
    if (view.inventory.link(ifindex) === undefined) return;
    channel.exchange(puttingBack(noted, ifindex, view.inventory.addresses(ifindex)));
  }
}
