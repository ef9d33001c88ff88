import type { House, HouseStatus, Watcher } from '../../../src/daemon/house.ts';
import type { Ability } from '../../../src/daemon/messages.ts';
import { asObjectId, type ObjectId } from '../../../src/model/address.ts';
import type { Happening } from '../../../src/model/event.ts';
import type { ConfigStatus, ObjectDetail, ObjectStatus } from '../../../src/model/status.ts';
import type { PlannedStep } from '../../../src/model/step.ts';

/** What a house in memory holds; a test changes it and says so with `change` and `happen`. */
export interface Furniture {
  status: HouseStatus;
  details: Record<string, ObjectDetail>;
  plan: readonly PlannedStep[];
  past: Happening[];
  abilities: readonly Ability[];
  /** What `restore` and `reload` do to the furniture. */
  restores: (id: ObjectId) => void | Promise<void>;
  reloads: () => void | Promise<void>;
}

export interface HouseInMemory extends House {
  readonly furniture: Furniture;
  /** Puts these in place, and tells who watches. */
  change(change: Partial<Furniture>): void;
  happen(...happenings: readonly Happening[]): void;
  readonly watchers: number;
}

export const start = Date.parse('2026-11-21T01:02:03.456Z');

export function object(id: string, rest: Partial<ObjectStatus> = {}): ObjectStatus {
  const namespace = id.includes('/') ? id.slice(0, id.indexOf('/')) : null;
  return {
    id: asObjectId(id),
    namespace: namespace as ObjectStatus['namespace'],
    kind: 'dummy',
    state: 'in-sync',
    since: start,
    reason: null,
    drifts: 0,
    lastDrift: null,
    ...rest,
  };
}

export function statusOf(objects: readonly ObjectStatus[], config: Partial<ConfigStatus> = {}): HouseStatus {
  return {
    version: '1.0.0',
    health: 'ok',
    notes: [],
    config: { generation: 1, errors: [], warnings: [], ...config },
    objects,
    undeclared: [],
  };
}

/** The daemon as the control socket sees it, without a kernel behind it. */
export function houseInMemory(furnished: Partial<Furniture> = {}): HouseInMemory {
  const furniture: Furniture = {
    status: statusOf([]),
    details: {},
    plan: [],
    past: [],
    abilities: [],
    restores: () => {},
    reloads: () => {},
    ...furnished,
  };
  const watchers = new Set<Watcher>();
  const find = (id: ObjectId) => furniture.status.objects.find((each) => each.id === id) ?? null;
  return {
    furniture,
    get watchers() {
      return watchers.size;
    },
    change(change) {
      Object.assign(furniture, change);
      for (const watcher of watchers) watcher.changed?.();
    },
    happen(...happenings) {
      furniture.past.push(...happenings);
      for (const watcher of watchers) for (const happening of happenings) watcher.happened?.(happening);
    },
    status: () => furniture.status,
    detail: async (id) => furniture.details[id] ?? null,
    plan: async (ids) => furniture.plan.filter(({ step }) => ids === null || ids.includes(step.id)),
    async restore(id) {
      if (find(id) === null) return null;
      await furniture.restores(id);
      return find(id);
    },
    async reload() {
      await furniture.reloads();
      return furniture.status.config;
    },
    history({ id, since, until, limit }) {
      const asked = furniture.past.filter(
        (happening) =>
          (id === undefined || happening.id === id) &&
          (since === undefined || happening.at >= since) &&
          (until === undefined || happening.at <= until),
      );
      return limit === 0 ? asked : asked.slice(-limit);
    },
    doctor: async () => furniture.abilities,
    watch(watcher, signal) {
      watchers.add(watcher);
      signal.addEventListener('abort', () => watchers.delete(watcher), { once: true });
    },
  };
}
