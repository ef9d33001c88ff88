import { type Change, changeTold, type Requester } from '../../model/change.ts';
import type { OnDrift } from '../../model/declaration.ts';
import type { EventName, Happening } from '../../model/event.ts';
import type { Complaint, Place } from '../../model/place.ts';
import type {
  ConfigStatus,
  ObjectDetail,
  ObjectState,
  ObjectStatus,
  ShownAttribute,
} from '../../model/status.ts';
import { isGood } from '../../model/status.ts';
import type { PlannedStep, Step } from '../../model/step.ts';
import type { House, HouseStatus } from '../house.ts';

/**
 * The JSON of the control socket, and of `vnetctl --json`: the model with times as ISO 8601.
 * Fields are only ever added, and never change their order.
 */
export interface StatusDocument {
  readonly version: string;
  readonly health: 'ok' | 'degraded';
  readonly config: ConfigDocument;
  readonly objects: readonly ObjectDocument[];
  readonly notes: readonly string[];
  readonly undeclared: readonly string[];
}

export interface ConfigDocument {
  readonly generation: number;
  readonly errors: readonly ComplaintDocument[];
  readonly warnings: readonly ComplaintDocument[];
}

export interface ComplaintDocument extends Place {
  readonly message: string;
  readonly excerpt?: string;
  readonly also?: Place;
}

export interface ObjectDocument {
  readonly id: string;
  readonly namespace: string | null;
  readonly kind: string;
  readonly state: ObjectState;
  readonly since: string;
  readonly reason: string | null;
  readonly drifts: number;
  readonly last_drift: string | null;
}

export interface DetailDocument extends ObjectDocument {
  readonly ifindex: number | null;
  readonly files: readonly string[];
  readonly origin: 'made' | 'found' | null;
  readonly attributes: readonly ShownAttribute[];
  readonly under: readonly string[];
  readonly over: readonly string[];
  readonly plan: readonly StepDocument[];
  readonly on_drift: OnDrift;
  readonly other_end: string | null;
}

export type StepDocument = Step & Omit<PlannedStep, 'step'>;

export interface PlanDocument {
  readonly steps: readonly StepDocument[];
  /** Objects that are not in sync without a step that says why. */
  readonly left: readonly ObjectDocument[];
  /** What is declared in a file with an error is not in the plan. */
  readonly config: ConfigDocument;
  /** As in a status. */
  readonly notes: readonly string[];
}

export interface EventDocument {
  readonly at: string;
  readonly id: string | null;
  readonly event: EventName;
  readonly changes?: readonly Change[];
  readonly by?: Requester | null;
  readonly micros?: number | null;
  readonly disruptive?: boolean;
  readonly message?: string;
  readonly generation?: number;
}

export interface AbilityDocument {
  readonly id: string;
  readonly kind: string;
  readonly able: boolean | null;
  readonly words: string;
  readonly module: string | null;
  readonly package: string | null;
  readonly fields: readonly FieldAbilityDocument[];
}

export interface FieldAbilityDocument {
  readonly key: string;
  readonly able: boolean | null;
  readonly since_linux: string | null;
  readonly words: string | null;
}

export interface DoctorDocument {
  readonly abilities: readonly AbilityDocument[];
}

export interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string };
}

export function statusDocument(status: HouseStatus, objects: readonly ObjectStatus[]): StatusDocument {
  return {
    version: status.version,
    health: status.health,
    config: configDocument(status.config),
    objects: objects.map(objectDocument),
    notes: status.notes,
    undeclared: status.undeclared,
  };
}

export function configDocument({ generation, errors, warnings }: ConfigStatus): ConfigDocument {
  return { generation, errors: errors.map(complaintDocument), warnings: warnings.map(complaintDocument) };
}

export function objectDocument(object: ObjectStatus): ObjectDocument {
  return {
    id: object.id,
    namespace: object.namespace,
    kind: object.kind,
    state: object.state,
    since: instant(object.since),
    reason: object.reason,
    drifts: object.drifts,
    last_drift: object.lastDrift === null ? null : instant(object.lastDrift),
  };
}

export function detailDocument(detail: ObjectDetail): DetailDocument {
  return {
    ...objectDocument(detail.status),
    ifindex: detail.ifindex,
    files: detail.files,
    origin: detail.origin,
    attributes: detail.attributes.map(({ key, wanted, found, agrees, note }) => ({
      key,
      wanted,
      found,
      agrees,
      note,
    })),
    under: detail.under,
    over: detail.over,
    plan: detail.plan.map(stepDocument),
    on_drift: detail.onDrift,
    other_end: detail.otherEnd,
  };
}

export function planDocument(
  steps: readonly PlannedStep[],
  objects: readonly ObjectStatus[],
  { config, notes }: Pick<HouseStatus, 'config' | 'notes'>,
): PlanDocument {
  const left = objects.filter((object) => !isGood(object) && !isExplained(object, steps));
  return {
    steps: steps.map(stepDocument),
    left: left.map(objectDocument),
    config: configDocument(config),
    notes,
  };
}

/** Whether the steps of an object say why it is as it is: what is done now for it, or why not. */
function isExplained({ id, state }: ObjectStatus, steps: readonly PlannedStep[]): boolean {
  return steps.some(({ step, withheld }) => step.id === id && (state === 'pending' || withheld !== null));
}

export function doctorDocument(abilities: Awaited<ReturnType<House['doctor']>>): DoctorDocument {
  return {
    abilities: abilities.map(({ id, kind, able, words, module, package: from, fields }) => ({
      id,
      kind,
      able,
      words,
      module,
      package: from,
      fields: fields.map((field) => ({
        key: field.key,
        able: field.able,
        since_linux: field.sinceLinux,
        words: field.words,
      })),
    })),
  };
}

/** What happened. A drift always says by whom, a repair always how long it took, be it null. */
export function eventDocument(happening: Happening): EventDocument {
  const { at, id, event, changes, by, micros, disruptive, message, generation } = happening;
  const drift = event === 'drift';
  const restored = event === 'restored';
  return {
    at: instant(at),
    id,
    event,
    ...(drift || restored || changes !== undefined ? { changes: (changes ?? []).map(changeTold) } : {}),
    ...(drift || by !== undefined ? { by: by == null ? null : requesterDocument(by) } : {}),
    ...(restored || micros !== undefined ? { micros: micros ?? null } : {}),
    ...(restored || disruptive !== undefined ? { disruptive: disruptive ?? false } : {}),
    ...(message === undefined ? {} : { message }),
    ...(generation === undefined ? {} : { generation }),
  };
}

export function errorDocument(code: string, message: string): ErrorDocument {
  return { error: { code, message } };
}

function stepDocument({ step, disruptive, withheld, then }: PlannedStep): StepDocument {
  return { ...step, disruptive, withheld, ...(then === undefined ? {} : { then }) };
}

function requesterDocument({ pid, command, uid }: Requester): Requester {
  return { pid, command, uid };
}

export function complaintDocument({
  file,
  line,
  column,
  message,
  excerpt,
  also,
}: Complaint): ComplaintDocument {
  return {
    file,
    line,
    column,
    message,
    ...(excerpt === undefined ? {} : { excerpt }),
    ...(also === undefined ? {} : { also: { file: also.file, line: also.line, column: also.column } }),
  };
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
