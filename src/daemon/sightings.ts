import { fingerprint, foundLink, mentioned } from '../inventory/found.ts';
import type { InventoryLink } from '../inventory/links.ts';
import type { ObjectId } from '../model/address.ts';
import type { FoundLink } from '../plan/situation.ts';
import { kindNamed } from '../reconcilers/index.ts';
import type { SeenThing } from './claims.ts';
import { type Held, isSwitched } from './held.ts';
import type { Objects } from './objects.ts';
import type { Rooms } from './rooms.ts';
import type { Layers, Sighting } from './switch-sight.ts';
import type { Switchboard } from './switchboard.ts';
import { takersFrom } from './takers.ts';

/** How objects are found by whoever keeps them: the kernel in one of its namespaces, or Open vSwitch. */
export class Sightings {
  readonly #objects: Objects;
  readonly #rooms: Rooms;
  readonly #switchboard: Switchboard;

  /** How Open vSwitch stands, and what it can do. */
  get openVSwitch(): Pick<Switchboard, 'standing' | 'sight'> {
    return this.#switchboard;
  }

  constructor(objects: Objects, rooms: Rooms, switchboard: Switchboard) {
    this.#objects = objects;
    this.#rooms = rooms;
    this.#switchboard = switchboard;
  }

  find(id: ObjectId, held: Held): Sighting {
    if (isSwitched(held)) return this.#switchboard.sight.find(held);
    const link = this.#rooms.linkOf(id);
    const view = this.#rooms.of(id)?.view;
    return link === undefined || view === undefined
      ? { is: 'absent' }
      : { is: 'found', found: foundLink(view, held.wanted, link, held.sight) };
  }

  /** Undefined while it is not there, or nothing is known of it. */
  foundOf(id: ObjectId): FoundLink | undefined {
    const held = this.#objects.get(id);
    const sighting = held === undefined ? undefined : this.find(id, held);
    return sighting?.is === 'found' ? sighting.found : undefined;
  }

  /** The link an object stands for, whatever its name is just now. */
  linkOf(id: ObjectId): InventoryLink | undefined {
    const held = this.#objects.get(id);
    return held !== undefined && isSwitched(held) ? this.switchedLinkOf(id) : this.#rooms.linkOf(id);
  }

  /** The one that Open vSwitch made for an object of its own. */
  switchedLinkOf(id: ObjectId): InventoryLink | undefined {
    const held = this.#objects.get(id);
    return held !== undefined && isSwitched(held) ? this.#switchboard.sight.linkOf(held) : undefined;
  }

  /** What is there of an object: its link, or its rows in the OVSDB. */
  presenceOf(id: ObjectId, held: Held): SeenThing | undefined {
    return isSwitched(held) ? this.#switchboard.sight.presence(held) : this.#rooms.linkOf(id);
  }

  /** What Open vSwitch has over and under an object; undefined for one of the kernel's. */
  switchedLayers(id: ObjectId, held: Held): Layers | undefined {
    return isSwitched(held) ? this.#switchboard.sight.layers(id, held) : undefined;
  }

  /** Whether something is there of an object of a kind, declared or not. */
  isThere(id: ObjectId, kind: string): boolean {
    const isSwitchMade = kindNamed(kind)?.owner === 'ovsdb';
    return isSwitchMade ? this.#switchboard.sight.isThere(id) : this.linkOf(id) !== undefined;
  }

  /** All that a refusal may hang on: while it is the same, who said it would say the same again. */
  fingerprint(id: ObjectId, held: Held): string {
    if (isSwitched(held)) return this.#switchboard.sight.fingerprint(held);
    const view = this.#rooms.of(id)?.view;
    if (view === undefined) return '';
    const takers = takersFrom(this.#rooms, held.wanted).join();
    return `${fingerprint(view, held.wanted, this.#rooms.linkOf(id), held.sight)}${takers}`;
  }

  /** The numbers of the links an object refers to. */
  around(id: ObjectId, held: Held): readonly number[] {
    const view = this.#rooms.of(id)?.view;
    return view === undefined ? [] : mentioned(view, held.sight);
  }
}
