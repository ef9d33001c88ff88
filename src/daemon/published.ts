import type { ObjectId } from '../model/address.ts';
import type { Happening } from '../model/event.ts';
import type { ConfigStatus, ObjectStatus } from '../model/status.ts';
import type { HouseStatus, Watcher } from './house.ts';
import type { FromKeeper } from './messages.ts';

/** How long something may be pending or waiting before the host counts as degraded. */
const PATIENCE_MS = 30_000;

/** By name, numbers by their size; what is equal then (`ns1`, `ns01`) by its letters, so that it is not mixed. */
function inOrder(a: string, b: string): number {
  return byName.compare(a, b) || Number(a > b) - Number(a < b);
}

/** What the keeper last told of each object, and who wants to hear of it. */
export class Published {
  readonly #objects = new Map<ObjectId, ObjectStatus>();
  /** The ids in the order they are shown; undefined while some came or went since. */
  #order: readonly ObjectId[] | undefined;
  readonly #watchers = new Set<Watcher>();

  /** In the order of their ids, those of the host first. */
  objects(): readonly ObjectStatus[] {
    this.#order ??= [...this.#objects.values()]
      .sort((a, b) => inOrder(a.namespace ?? '', b.namespace ?? '') || inOrder(a.id, b.id))
      .map(({ id }) => id);
    return this.#order.flatMap((id) => this.#objects.get(id) ?? []);
  }

  get(id: ObjectId): ObjectStatus | undefined {
    return this.#objects.get(id);
  }

  take(message: Extract<FromKeeper, { say: 'news' }>): void {
    const before = this.#objects.size;
    for (const status of message.changed) this.#objects.set(status.id, status);
    const came = this.#objects.size > before;
    for (const id of message.gone) this.#objects.delete(id);
    if (came || message.gone.length > 0) this.#order = undefined;
    this.changed();
  }

  happened(happening: Happening): void {
    for (const watcher of this.#watchers) watcher.happened?.(happening);
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher.changed?.();
  }

  watch(watcher: Watcher, signal: AbortSignal): void {
    this.#watchers.add(watcher);
    signal.addEventListener('abort', () => this.#watchers.delete(watcher), { once: true });
  }

  /** The whole in three words, without putting all objects in order. */
  summary(config: ConfigStatus, notes: readonly string[]): Summary {
    const now = Date.now();
    let ill = notes.length > 0 || config.errors.length > 0;
    let inSync = 0;
    for (const status of this.#objects.values()) {
      if (status.state === 'in-sync') inSync += 1;
      else ill ||= isIll(status, now);
    }
    return { health: ill ? 'degraded' : 'ok', objects: this.#objects.size, inSync };
  }

  status(version: string, config: ConfigStatus, notes: readonly string[]): Omit<HouseStatus, 'undeclared'> {
    const { health } = this.summary(config, notes);
    return { version, health, notes, config, objects: this.objects() };
  }
}

export interface Summary {
  readonly health: HouseStatus['health'];
  readonly objects: number;
  readonly inSync: number;
}

function isIll({ state, since }: ObjectStatus, now: number): boolean {
  switch (state) {
    case 'refused':
    case 'drifted':
    case 'contested':
      return true;
    case 'waiting':
    case 'pending':
      return now - since > PATIENCE_MS;
    case 'in-sync':
    case 'paused':
      return false;
    default:
      return state satisfies never;
  }
}

/** As `ip link` users expect it: eth2 before eth10. */
const byName = new Intl.Collator('en', { numeric: true });
