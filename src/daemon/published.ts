import type { ObjectId } from '../model/address.ts';
import type { Happening } from '../model/event.ts';
import type { ConfigStatus, ObjectStatus } from '../model/status.ts';
import type { HouseStatus, Watcher } from './house.ts';
import type { FromKeeper } from './messages.ts';

/** How long something may be pending or waiting before the host counts as degraded. */
const PATIENCE_MS = 30_000;

/** What the keeper last told of each object, and who wants to hear of it. */
export class Published {
  readonly #objects = new Map<ObjectId, ObjectStatus>();
  readonly #watchers = new Set<Watcher>();

  /** In the order of their ids, those of the host first. */
  objects(): readonly ObjectStatus[] {
    return [...this.#objects.values()].sort(
      (a, b) => order(a.namespace ?? '', b.namespace ?? '') || order(a.id, b.id),
    );
  }

  get(id: ObjectId): ObjectStatus | undefined {
    return this.#objects.get(id);
  }

  take(message: Extract<FromKeeper, { say: 'status' }>): void {
    for (const status of message.changed) this.#objects.set(status.id, status);
    for (const id of message.gone) this.#objects.delete(id);
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

  status(version: string, config: ConfigStatus, notes: readonly string[]): HouseStatus {
    const objects = this.objects();
    const now = Date.now();
    const ill = notes.length > 0 || config.errors.length > 0 || objects.some((object) => isIll(object, now));
    return { version, health: ill ? 'degraded' : 'ok', notes, config, objects };
  }
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
function order(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
