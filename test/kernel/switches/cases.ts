import { readFileSync } from 'node:fs';
import { canonical, type Value } from '../../../src/model/value.ts';
import { fieldsOf } from '../../../src/reconcilers/index.ts';
import type { PlaceInOvsdb } from '../../../src/reconcilers/kind.ts';

/** A bridge or a port, and the one field of it that somebody is going to change. */
export interface Case {
  readonly name: string;
  /** What it is: `bridge`, or the type of the port (`bond` for one of several links). */
  readonly what: string;
  readonly key: string;
  readonly place: PlaceInOvsdb;
  /** All that is declared of it. */
  readonly fields: Readonly<Record<string, Value>>;
  /** What somebody does, as words of ovs-vsctl(8); the second is there where the column can be emptied. */
  readonly changed: readonly string[];
  readonly cleared?: readonly string[];
  /** Links it takes in. */
  readonly links: readonly string[];
}

/** The host's kernel need not have a datapath. */
export const datapath = process.env.VNETD_TEST_KERNEL === 'host' ? 'netdev' : 'system';

/** Every type of port vnetd is tried with, and what it needs to be one. */
const portTypes: Readonly<Record<string, (n: number) => Readonly<Record<string, Value>>>> = {
  system: () => ({}),
  internal: () => ({ type: 'internal' }),
  patch: (n) => ({ type: 'patch', peer: peerOf(n) }),
  gre: (n) => tunnel('gre', n),
  vxlan: (n) => tunnel('vxlan', n),
  geneve: (n) => tunnel('geneve', n),
  erspan: (n) => ({ ...tunnel('erspan', n), 'options.erspan_ver': '1', 'options.erspan_idx': '3' }),
  ip6gre: (n) => ({ ...tunnel('ip6gre', n), 'options.remote_ip': '2001:db8::3' }),
  bond: (n) => ({ 'bond.members': [`s${n}`, `t${n}`] }),
};

/** What a row's samples do not fit. */
const chosen: Readonly<Record<string, readonly Value[]>> = {
  mtu_request: [1400, 1300],
  datapath_type: datapath === 'netdev' ? ['netdev', 'system'] : ['system', 'netdev'],
};

/** Of a bond these are its members' affair. */
const ofOneInterface = /^(type|peer|options|mac|mtu_request|ofport_request|external_ids)\b/;

interface Schema {
  readonly tables: Readonly<
    Record<
      string,
      { readonly columns: Readonly<Record<string, { readonly type: string | { readonly min?: number } }>> }
    >
  >;
}

const schema = JSON.parse(readFileSync('/usr/share/openvswitch/vswitch.ovsschema', 'utf8')) as Schema;

/** The bridge the ports tried are in, and the one somebody takes them to. */
export const [home, elsewhere] = ['home0', 'else0'] as const;

export function peerOf(n: number): string {
  return `q${n}`;
}

function tunnel(type: string, n: number): Readonly<Record<string, Value>> {
  return { type, 'options.remote_ip': '198.51.100.3', 'options.key': String(n) };
}

/** Every field of bridges and of ports of every type that stands in the database: a row more is a case more. */
export function allCases(): readonly Case[] {
  let n = 0;
  const next = (what: string, key: string, base: (n: number) => Readonly<Record<string, Value>>) => {
    n += 1;
    return caseOf(what, key, n, base(n));
  };
  const bridges = keysOf('ovs-bridge', {}).map((key) => next('bridge', key, () => ({})));
  const ports = Object.entries(portTypes).flatMap(([type, base]) =>
    keysOf('ovs-port', base(0))
      .filter((key) => isOf(type, key))
      .map((key) => next(type, key, base)),
  );
  return [...bridges, ...ports];
}

/** The fields that stand in the database: those of the table, an open map by each key that is declared or in its sample. */
function keysOf(kind: string, declared: Readonly<Record<string, Value>>): readonly string[] {
  return Object.entries(fieldsOf(kind)).flatMap(([key, { place, type }]) => {
    // What names an entry of a list is tried with that list.
    if (place.at !== 'ovsdb' || place.holds === 'entry') return [];
    if (place.holds !== 'map' || place.key !== undefined) return [key];
    const written = Object.keys(declared).filter((one) => one.startsWith(`${key}.`));
    const sample = Object.keys((type.samples as readonly object[])[0] ?? {}).map((one) => `${key}.${one}`);
    // What options there are hangs on the type.
    return key === 'options' ? written : sample;
  });
}

function isOf(type: string, key: string): boolean {
  if (key === 'peer') return type === 'patch';
  if (type === 'bond') return !ofOneInterface.test(key);
  return !key.startsWith('bond.');
}

function caseOf(what: string, key: string, n: number, base: Readonly<Record<string, Value>>): Case {
  const name = `${what.slice(0, 2)}${n}`;
  const kind = what === 'bridge' ? 'ovs-bridge' : 'ovs-port';
  const [top = '', inner = ''] = key.split(/\.(.*)/s);
  const row = fieldsOf(kind)[key] ?? fieldsOf(kind)[top];
  if (row?.place.at !== 'ovsdb') throw new Error(`${kind} has no ${key}`);
  const place: PlaceInOvsdb =
    row.place.key === undefined && inner !== '' ? { ...row.place, key: inner } : row.place;
  const sampled =
    row.place.holds === 'map' ? mapSamples(row.type.samples, place.key ?? '') : row.type.samples;
  const values = (chosen[key] ?? sampled) as readonly Value[];
  const wanted = base[key] ?? (place.holds === 'holder' ? undefined : values.find((one) => !isEmpty(one)));
  const other = values.find((one) => !isEmpty(one) && canonical(one) !== canonical(wanted ?? 'system'));
  const fields = { ...(what === 'bridge' ? { datapath_type: datapath } : {}), ...base };
  const isTold = key === 'type' && what === 'system';
  const target = [place.table, name] as const;
  return {
    name,
    what,
    key,
    place,
    fields: wanted === undefined || isTold ? fields : { ...fields, [key]: wanted },
    ...wordsFor(place, target, key === 'type' ? typeBeside(what) : other),
    links: what === 'bond' ? [`s${n}`, `t${n}`, `u${n}`] : what === 'system' ? [name] : [],
  };
}

function mapSamples(samples: unknown, key: string): readonly Value[] {
  const [first = {}] = samples as readonly Readonly<Record<string, string>>[];
  return [...(first[key] === undefined ? [] : [first[key]]), 'other'];
}

function isEmpty(value: Value): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Another type that can be made beside all there is. */
function typeBeside(what: string): string {
  return what === 'internal' ? 'patch' : 'internal';
}

type Words = Pick<Case, 'changed' | 'cleared'>;

/** What changes a column, and what empties it. */
function wordsFor(
  { table, column, holds, key, rows }: PlaceInOvsdb,
  [, name]: readonly [string, string],
  other: Value | undefined,
): Words {
  const value = other === undefined ? '' : written(other);
  const n = name.slice(2);
  switch (holds) {
    case 'holder':
      return {
        changed: [
          ...['--', `--id=@p${n}`, 'get', 'Port', name],
          ...['--', 'remove', 'Bridge', home, 'ports', `@p${n}`],
          ...['--', 'add', 'Bridge', elsewhere, 'ports', `@p${n}`],
        ],
      };
    case 'interfaces':
      return {
        changed: ['--', 'add-bond-iface', name, `u${n}`],
        cleared: ['--', 'del-bond-iface', name, `s${n}`],
      };
    case 'rows':
      return {
        changed: [
          ...['--', `--id=@r${n}`, 'create', rows?.table ?? '', `${rows?.column}="tcp:198.51.100.9:6653"`],
          ...['--', 'set', table, name, `${column}=@r${n}`],
        ],
        cleared: ['--', 'clear', table, name, column],
      };
    case 'map':
      return {
        changed: ['--', 'set', table, name, `${column}:${key}=${value}`],
        cleared: ['--', 'remove', table, name, column, key ?? ''],
      };
    case 'one':
    case 'set': {
      const changed = ['--', 'set', table, name, `${column}=${value}`];
      const type = schema.tables[table]?.columns[column]?.type;
      const canBeEmpty = typeof type === 'object' && type.min === 0;
      return canBeEmpty ? { changed, cleared: ['--', 'clear', table, name, column] } : { changed };
    }
    case 'entry':
      throw new RangeError(`${column} names an entry`);
    default:
      return holds satisfies never;
  }
}

/** A value as ovs-vsctl(8) reads it. */
function written(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
