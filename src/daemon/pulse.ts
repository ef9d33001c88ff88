/** The words of the memory, as NetlinkSocket.markWaits has them. */
const cell = { turns: 0, inKernel: 1, since: 2 } as const;
/** Times are told apart by their low bits: a wait of days is no wait. */
const LOW_BITS = 0x3fff_ffff;

/**
 * The keeper's sign of life, in memory the main thread reads.
 * rtnetlink does its work inside sendmsg, under a lock others may hold for seconds: a thread that waits there is
 * alive, and restarting it would help nobody.
 */
export class Pulse {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;
  #lastTurns = -1;

  constructor(shared: SharedArrayBuffer) {
    this.memory = shared;
    this.#cells = new Int32Array(shared);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(16);
  }

  beat(): void {
    Atomics.add(this.#cells, cell.turns, 1);
  }

  /** Whether the keeper turned since this was last asked, or is known to be inside a kernel call. */
  isAlive(): boolean {
    const turns = Atomics.load(this.#cells, cell.turns);
    const turned = turns !== this.#lastTurns;
    this.#lastTurns = turns;
    return turned || this.isInKernel();
  }

  /** For how many milliseconds the kernel has kept the keeper waiting in one call; 0 when it does not. */
  waitingMs(): number {
    return this.isInKernel()
      ? ((Date.now() & LOW_BITS) - Atomics.load(this.#cells, cell.since)) & LOW_BITS
      : 0;
  }

  isInKernel(): boolean {
    return Atomics.load(this.#cells, cell.inKernel) === 1;
  }

  /** A socket or a courier, which leaves a mark around each of its calls that may wait in the kernel. */
  around<T extends { markWaits(cells: Int32Array): void }>(waiting: T): T {
    waiting.markWaits(this.#cells);
    return waiting;
  }
}
