import type { Switches } from '../inventory/switches.ts';
import type { Step } from '../model/step.ts';
import { type Operation, waitFor } from '../ovsdb/operations.ts';
import type { OperationResult } from '../ovsdb/outcome.ts';
import { notIn, referencesAt } from '../ovsdb/row.ts';
import { rowRef, setOf, type Uuid, uuid } from '../ovsdb/values.ts';
import type { SwitchTable } from '../reconcilers/kind.ts';

/** What was so when a transaction was written, and has to be so still for a step in it. */
export type Premise =
  /** Nothing had this name. The database keeps names apart: it refuses a second one. */
  | { readonly is: 'free'; readonly table: SwitchTable; readonly name: string }
  | { readonly is: 'there'; readonly table: SwitchTable; readonly uuid: Uuid }
  /** A row had just these references in a column. */
  | {
      readonly is: 'held';
      readonly table: SwitchTable;
      readonly uuid: Uuid;
      readonly column: string;
      readonly rows: readonly Uuid[];
    };

/** What a step has in a transaction, and what that was written upon. */
export interface Share {
  readonly step: Step;
  /** Where its operations are among all of them. */
  readonly from: number;
  readonly to: number;
  readonly premises: readonly Premise[];
}

/** What has a transaction fail if a premise no longer holds, where the database does not see to that by itself. */
export function guardsFor(premise: Premise): readonly Operation[] {
  switch (premise.is) {
    case 'free':
      return [];
    case 'there':
      return [waitFor(premise.table, premise.uuid, '_uuid', rowRef(premise.uuid))];
    case 'held':
      return [waitFor(premise.table, premise.uuid, premise.column, setOf(premise.rows.map(rowRef)))];
    default:
      return premise satisfies never;
  }
}

/** The steps of a refused transaction that another writer was quicker than, now that it is known what that one did. */
export function overtakenIn(
  operations: readonly Operation[],
  shares: readonly Share[],
  switches: Switches,
): ReadonlySet<Step> {
  const isOvertaken = ({ from, to, premises }: Share) =>
    premises.some((premise) => !stillHolds(premise, switches)) ||
    !everyRowIn(operations.slice(from, to), (one) => switches.hasRow(uuid(one)));
  return new Set(shares.filter(isOvertaken).map(({ step }) => step));
}

function stillHolds(premise: Premise, switches: Switches): boolean {
  switch (premise.is) {
    case 'free':
      return !switches.hasNamed(premise.table, premise.name);
    case 'there':
      return switches.hasRow(premise.uuid);
    case 'held': {
      const rows = referencesAt(switches.rowOf(premise.table, premise.uuid) ?? {}, premise.column);
      return rows.length === premise.rows.length && notIn(rows, premise.rows).length === 0;
    }
    default:
      return premise satisfies never;
  }
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
