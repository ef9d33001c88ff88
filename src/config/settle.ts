import type { Declaration } from '../model/declaration.ts';
import type { Complaint } from '../model/place.ts';
import { combine } from './combine.ts';
import { settingsOf, wantedLinks } from './declare.ts';
import { lints } from './lints.ts';
import { complaintAt, placeAt, placeText } from './source.ts';
import type { FileInForce, Finding, World } from './world.ts';

/** One lint warns so often, and then says how many more there are. */
const MOST_ALIKE = 50;

/** A file by name, with what may be in force for it: what it says now if that is good, then what it said last that was. */
export interface Candidate {
  readonly file: string;
  readonly versions: readonly FileInForce[];
}

export interface Settled {
  readonly declaration: Omit<Declaration, 'generation'>;
  readonly errors: readonly Complaint[];
  readonly warnings: readonly Complaint[];
  /** What is in force for each file, by name; nothing for a file that was never good. */
  readonly inForce: ReadonlyMap<string, FileInForce>;
}

/**
 * Finds versions of all files that make sense together.
 * Of two files that contradict each other the one falls back that can; if both can, or neither, the later by name.
 */
export function settle(candidates: readonly Candidate[]): Settled {
  const back = new Map(candidates.map(({ file }) => [file, 0]));
  const order = new Map(candidates.map(({ file }, i) => [file, i]));
  const errors = new Map<string, Complaint>();
  const isLast = (file: string) =>
    (candidates[order.get(file) ?? 0]?.versions.length ?? 0) <= (back.get(file) ?? 0) + 1;
  for (;;) {
    const inForce = new Map(
      candidates.flatMap(({ file, versions }) => {
        const version = versions[back.get(file) ?? 0];
        return version === undefined ? [] : [[file, version] as const];
      }),
    );
    const { world, conflicts } = combine([...inForce.values()]);
    const found = [...conflicts, ...(conflicts.length === 0 ? findings(world, 'error') : [])];
    if (found.length === 0)
      return result(world, inForce, [...errors.values()], inForce.size === candidates.length);
    const fallen = new Set<string>();
    for (const finding of found) {
      const files = [
        ...new Set(
          [finding.spot, ...(finding.also === undefined ? [] : [finding.also])].map(
            ({ source }) => source.file,
          ),
        ),
      ];
      const blamed = blame(files, order, isLast);
      const complaint = complaintOfFinding(finding, blamed);
      errors.set(`${placeText(complaint)} ${complaint.message}`, complaint);
      if (files.some((file) => fallen.has(file))) continue;
      back.set(blamed, (back.get(blamed) ?? 0) + 1);
      fallen.add(blamed);
    }
  }
}

function blame(
  files: readonly string[],
  order: ReadonlyMap<string, number>,
  isLast: (file: string) => boolean,
): string {
  const able = files.filter((file) => !isLast(file));
  const choice = able.length > 0 ? able : files;
  return choice.reduce((later, file) => ((order.get(file) ?? 0) > (order.get(later) ?? 0) ? file : later));
}

function result(
  world: World,
  inForce: ReadonlyMap<string, FileInForce>,
  errors: readonly Complaint[],
  whole: boolean,
): Settled {
  const daemon = settingsOf(Array.from(inForce.values(), ({ part }) => part));
  const warnings = lints
    .filter(({ severity }) => severity === 'warning')
    .flatMap((lint) => warningsOf([...lint.check(world)]));
  return { declaration: { daemon, links: wantedLinks(world, daemon), whole }, errors, warnings, inForce };
}

/** The first of many that are alike, and how many more there are. */
function warningsOf(found: readonly Finding[]): readonly Complaint[] {
  const more = found.length - MOST_ALIKE;
  return found.slice(0, MOST_ALIKE).map((finding, i) => {
    const rest = more > 0 && i === MOST_ALIKE - 1 ? ` (and ${more} more like this)` : '';
    return complaintOfFinding({ ...finding, message: finding.message + rest }, finding.spot.source.file);
  });
}

function findings(world: World, severity: 'error' | 'warning'): readonly Finding[] {
  return lints.filter((lint) => lint.severity === severity).flatMap((lint) => [...lint.check(world)]);
}

/** A finding as a complaint about one of its files; the other place is named beside. */
function complaintOfFinding({ message, spot, also }: Finding, file: string): Complaint {
  const swapped = also !== undefined && spot.source.file !== file && also.source.file === file;
  const [here, there] = swapped ? [also, spot] : [spot, also];
  if (there === undefined) return complaintAt(here.source, here.at, message);
  return complaintAt(here.source, here.at, message, placeAt(there.source, there.at));
}
