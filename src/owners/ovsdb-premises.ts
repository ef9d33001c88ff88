import type { Switches } from '../inventory/switches.ts';
import type { Step } from '../model/step.ts';
import type { Operation } from '../ovsdb/operations.ts';
import type { OperationResult } from '../ovsdb/outcome.ts';
import { uuid } from '../ovsdb/values.ts';
import type { SwitchTable } from '../reconcilers/kind.ts';

/** A name that nothing had when a transaction was written. The database keeps names apart: it refuses a second one. */
export interface FreeName {
  readonly table: SwitchTable;
  readonly name: string;
}

/** What a step has in a transaction, and what that was written upon. */
export interface Share {
  readonly step: Step;
  /** Where its operations are among all of them. */
  readonly from: number;
  readonly to: number;
  readonly free: readonly FreeName[];
}

/** The steps of a refused transaction that another writer was quicker than, now that it is known what that one did. */
export function overtakenIn(
  operations: readonly Operation[],
  shares: readonly Share[],
  switches: Switches,
): ReadonlySet<Step> {
  const isOvertaken = ({ from, to, free }: Share) =>
    free.some(({ table, name }) => switches.hasNamed(table, name)) ||
    !everyRowIn(operations.slice(from, to), (one) => switches.hasRow(uuid(one)));
  return new Set(shares.filter(isOvertaken).map(({ step }) => step));
}

/** The steps that met no row any more: of what was to be changed or to be put into something, that went before. */
export function missedIn(results: readonly OperationResult[], shares: readonly Share[]): ReadonlySet<Step> {
  const missed = ({ from, to }: Share) => results.slice(from, to).some(({ count }) => count === 0);
  return new Set(shares.filter(missed).map(({ step }) => step));
}

/** Whether something holds for each row that is named in what is sent, `["uuid", …]`. */
function everyRowIn(json: unknown, holds: (uuid: string) => boolean): boolean {
  if (!Array.isArray(json))
    return typeof json !== 'object' || json === null || everyRowIn(Object.values(json), holds);
  const [first, second] = json;
  if (json.length === 2 && first === 'uuid' && typeof second === 'string') return holds(second);
  return json.every((one) => everyRowIn(one, holds));
}
