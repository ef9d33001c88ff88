import type { ObjectId } from '../model/address.ts';
import type { RequestBody } from '../netlink/request.ts';
import { readLinkRequest } from '../owners/rtnetlink.ts';
import type { Inquirer } from './inquirer.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import { readAll } from './watchman.ts';

/** Asks the kernel how things are, where its notices do not say. */
export class Reader {
  readonly #rooms: Rooms;
  readonly #inquirer: Inquirer;
  #reading = false;

  constructor(rooms: Rooms, inquirer: Inquirer) {
    this.#inquirer = inquirer;
    this.#rooms = rooms;
  }

  /** Whether what is heard now was asked for, and so is no news of this moment. */
  get isReading(): boolean {
    return this.#reading;
  }

  /** Reads all of a namespace; false when the world moved too much to read it whole. */
  all({ inventory, channel }: Room): boolean {
    return this.#quietly(() => {
      inventory.beginReading();
      const whole = readAll(channel);
      if (whole) inventory.endReading();
      return whole;
    });
  }

  /** Reads the links of some objects again. */
  again(ids: readonly ObjectId[]): void {
    this.#inquirer.forget(ids);
    const byRoom = new Map<Room, RequestBody[]>();
    for (const id of ids) {
      const [room, link] = [this.#rooms.of(id), this.#rooms.linkOf(id)];
      if (room === undefined || link === undefined) continue;
      const requests = byRoom.get(room);
      if (requests === undefined) byRoom.set(room, [readLinkRequest(link.ifindex)]);
      else requests.push(readLinkRequest(link.ifindex));
    }
    this.#quietly(() => {
      for (const [{ channel }, requests] of byRoom) channel.exchange(requests);
    });
  }

  /**
   * Learns what notices left open, before anything is judged by them.
   * While requests are under way it goes with the next ones: of the host's links, as many as were just made.
   */
  freshen(isUnderWay: boolean): void {
    if (!this.#rooms.hasStale) return;
    const rooms = this.#rooms.takeStale();
    if (isUnderWay && rooms.every((room) => room === this.#rooms.host)) {
      for (const room of rooms) this.#rooms.staled(room);
      return;
    }
    for (const room of rooms) {
      this.#rooms.learn(room);
      this.#rooms.strays.learned(room);
    }
    for (const { inventory, channel } of [...rooms, ...this.#rooms.takeStale()])
      channel.exchange(inventory.takeStale().map(readLinkRequest));
  }

  #quietly<T>(read: () => T): T {
    this.#reading = true;
    try {
      return read();
    } finally {
      this.#reading = false;
    }
  }
}
