import { asObjectId } from '../../../src/model/address.ts';
import { type Furniture, object, statusOf } from '../control/house-in-memory.ts';

/** A house written down as JSON: times are ISO 8601, or so many milliseconds before now, as `-90000`. */
interface Written {
  readonly status?: Parameters<typeof statusOf>[1] & {
    readonly health?: 'ok' | 'degraded';
    readonly notes?: readonly string[];
    readonly undeclared?: readonly string[];
    readonly objects?: readonly ({ readonly id: string } & Record<string, unknown>)[];
  };
  readonly details?: Record<string, object>;
  readonly plan?: Furniture['plan'];
  readonly past?: Furniture['past'];
  readonly abilities?: Furniture['abilities'];
  /** What the status is after a restore or a reload. */
  readonly afterwards?: Written['status'];
}

const times = new Set(['since', 'lastDrift', 'at']);

/** The furniture of a house that was written down in a golden case. */
export function furnished(
  json: string,
  now: number,
): Partial<Furniture> & { readonly afterwards?: Furniture['status'] } {
  const written = JSON.parse(json, (key, value) =>
    times.has(key) ? timeFrom(value, now) : value,
  ) as Written;
  const { status, details, afterwards, ...rest } = written;
  return {
    ...rest,
    status: statusFrom(status),
    ...(details && { details: detailsFrom(details) }),
    ...(afterwards && { afterwards: statusFrom(afterwards) }),
  };
}

function statusFrom({
  objects = [],
  health = 'ok',
  notes = [],
  undeclared = [],
  ...config
}: NonNullable<Written['status']> = {}) {
  return {
    ...statusOf(
      objects.map(({ id, ...rest }) => object(id, rest)),
      config,
    ),
    health,
    notes,
    undeclared: undeclared.map(asObjectId),
  };
}

function detailsFrom(details: Record<string, object>): Furniture['details'] {
  const bare = {
    ifindex: null,
    files: [],
    origin: null,
    onDrift: 'restore' as const,
    attributes: [],
    under: [],
    over: [],
    otherEnd: null,
    plan: [],
  };
  return Object.fromEntries(
    Object.entries(details).map(([id, detail]) => {
      const { status, ...rest } = detail as { readonly status?: object };
      return [id, { ...bare, ...rest, status: object(id, status) }];
    }),
  );
}

function timeFrom(value: unknown, now: number): unknown {
  if (typeof value === 'number') return now + value;
  return typeof value === 'string' ? Date.parse(value) : value;
}
