import type { WantedLink } from '../model/declaration.ts';
import type { PlannedStep, Step } from '../model/step.ts';
import type { Value, Values } from '../model/value.ts';
import { rowOf } from '../reconcilers/index.ts';
import { type AnyRow, type Kind, keysSentAlong, type Source } from '../reconcilers/kind.ts';
import { madeAgain } from './creation.ts';
import { bounces, planned } from './hold.ts';
import { joinsDown } from './membership.ts';
import type { Finding, FoundLink, Memory, World } from './situation.ts';

type RowByKey = (key: string) => AnyRow | undefined;

export function fieldSteps(
  wanted: WantedLink,
  kind: Kind,
  found: FoundLink,
  findings: readonly Finding[],
  memory: Memory,
  world: World,
): PlannedStep[] {
  if (findings.length === 0) return [];
  const { id } = wanted;
  const ready = findings.filter(({ hold }) => hold === null);
  const steps: PlannedStep[] = [];
  const left = findings.filter(
    ({ hold }) => hold !== null && hold.why !== 'waiting' && hold.why !== 'refused',
  );
  if (left.length > 0) {
    const disruptive = left.some(({ need }) => bounces.has(need));
    const [{ hold }] = left as [Finding];
    const withheld: readonly Step[] = left.some(({ need }) => need === 'recreate')
      ? madeAgain(wanted, kind, memory, world)
      : [{ do: 'set', id, kind: wanted.kind, fields: wantedOf(left) }];
    for (const step of withheld) steps.push(planned(step, disruptive, hold));
  }
  if (ready.length === 0) return steps;
  const needs = new Set(ready.map(({ need }) => need));
  const now = (step: Step, disruptive: boolean) => steps.push({ step, disruptive, withheld: null });
  if (needs.has('recreate')) {
    for (const step of madeAgain(wanted, kind, memory, world)) now(step, true);
    return steps;
  }
  const empties = needs.has('empty') || needs.has('empty-and-down');
  const downs = needs.has('down') || needs.has('empty-and-down');
  const disruptive = empties || downs || needs.has('remake');
  if (empties) now({ do: 'release-members', id, members: found.members }, true);
  if (downs) now({ do: 'down', id }, true);
  const table = (key: string) => rowOf(wanted.kind, key);
  const switched = ready.filter(({ at }) => table(at)?.place.at === 'ovsdb');
  const told = ready.filter((one) => table(one.at)?.place.at !== 'facet' && !switched.includes(one));
  // One request brings a link up before it gives it a master, which takes it only while it is down.
  const joins = told.some(({ at, change }) => at === 'master' && joinsDown(change.wanted, world));
  const last = told.filter(({ at }) => joins && at === 'state');
  const first = told.filter(({ at }) => table(at)?.beforeUp);
  const rest = told.filter((one) => !table(one.at)?.beforeUp && !last.includes(one));
  for (const some of [switched, first, rest, last, ...bySource(table, ready)]) {
    if (some.length === 0) continue;
    const fields = { ...moved(wanted, table, some), ...sentFor(table, some, found) };
    const along = sentAlong(kind, found, Object.keys(fields));
    now({ do: 'set', id, kind: wanted.kind, fields, ...(along === undefined ? {} : { along }) }, disruptive);
  }
  if (downs && wanted.fields.state !== 'down') now({ do: 'up', id }, true);
  if (empties) now({ do: 'return-members', id, members: found.members }, true);
  return steps;
}

/** What other sources than rtnetlink have, source by source: none is asked for what is another’s. */
function bySource(table: RowByKey, findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const sources = new Map<Source, Finding[]>();
  for (const finding of findings) {
    const place = table(finding.at)?.place;
    if (place?.at !== 'facet') continue;
    sources.set(place.source, [...(sources.get(place.source) ?? []), finding]);
  }
  return [...sources.values()];
}

/** What the kernel would move together with what is set, as far as it is declared: sent in the same request. */
function moved(wanted: WantedLink, table: RowByKey, findings: readonly Finding[]): Values {
  const found: Record<string, Value> = {};
  const keys = findings.map(({ at }) => at);
  for (const key of keys) {
    const value = wanted.fields[key];
    for (const other of value === undefined ? [] : (table(key)?.moves?.(value) ?? [])) {
      const theirs = wanted.fields[other];
      if (theirs === undefined || keys.includes(other)) continue;
      found[other] = theirs;
      keys.push(other);
    }
  }
  return found;
}

function sentFor(table: RowByKey, findings: readonly Finding[], found: FoundLink): Values {
  return Object.fromEntries(
    findings.map(({ at, change }) => [
      at,
      table(at)?.sentAs?.(change.wanted, found.values[at]) ?? change.wanted,
    ]),
  );
}

/** What is found of the kind's own data, where the kernel would reset what a change of some of it does not carry. */
function sentAlong(kind: Kind, found: FoundLink, changed: readonly string[]): Values | undefined {
  const keys = keysSentAlong(kind);
  if (!keys.some((key) => changed.includes(key))) return undefined;
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = found.values[key];
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

function wantedOf(findings: readonly Finding[]): Values {
  return Object.fromEntries(findings.map(({ at, change }) => [at, change.wanted]));
}
