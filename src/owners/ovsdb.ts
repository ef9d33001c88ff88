import { marksFor } from '../inventory/switch-entries.ts';
import type { FoundPort, Switches } from '../inventory/switches.ts';
import { type ObjectId, parseObjectId, wholeOf } from '../model/address.ts';
import type { Outcome, Step } from '../model/step.ts';
import type { Values } from '../model/value.ts';
import {
  add,
  comment,
  everyRow,
  insert,
  mutate,
  type Operation,
  putIn,
  rowIs,
  select,
  setKeys,
  takeOut,
  update,
  type WireRow,
} from '../ovsdb/operations.ts';
import { referencesAt, textAt } from '../ovsdb/row.ts';
import { mapOf, namedRef, rowRef, setOf, type WireAtom, type WireDatum } from '../ovsdb/values.ts';
import { kindNamed, switchedList } from '../reconcilers/index.ts';
import type { SwitchTable } from '../reconcilers/kind.ts';
import { MARK, MARK_OF } from '../reconcilers/ovs-columns.ts';
import { attach } from './ovsdb-attach.ts';
import { ColumnWriter, type Paper, placeOf } from './ovsdb-columns.ts';
import { EntryWriter } from './ovsdb-entries.ts';
import { guardsFor, type Premise, type Share } from './ovsdb-premises.ts';

/** Ids that a comment names; a transaction may be about a thousand. */
const MOST_NAMED = 8;

/** The steps of one object that Open vSwitch does. */
export interface SwitchJob {
  readonly id: ObjectId;
  readonly steps: readonly Step[];
}

/** A transaction for many objects, and what of them is not in it. */
export interface Letter {
  /** None where there is nothing to ask for. */
  readonly operations: readonly Operation[];
  readonly shares: readonly Share[];
  readonly unsent: ReadonlyMap<Step, Outcome>;
}

/** Why a step cannot be asked for; undefined when it is written. */
type Hindrance = string | undefined;

/** A bridge that is being made: its ports are known only when all steps are. */
interface BridgeInTheMaking {
  readonly name: string;
  readonly row: WireRow;
  readonly ports: WireAtom[];
  /** What goes into its other columns. */
  readonly entries: Record<string, WireAtom[]>;
}

/** The steps of many objects as one transaction, which ovs-vswitchd takes up as one. */
export function writeLetter(jobs: readonly SwitchJob[], switches: Switches): Letter {
  const writer = new LetterWriter(switches);
  const steps = jobs.flatMap((job) => job.steps);
  // A port may be put into a bridge that is made by the same transaction, and what it names be made by it too.
  const turns = steps.map((step) => turnOf(step));
  for (const turn of [0, 1, 2, 3])
    for (const [i, step] of steps.entries()) if (turns[i] === turn) writer.write(step);
  return writer.finish(`vnetd: ${named(jobs.map(({ id }) => id))}`);
}

/** First what others refer to: bridges, entries that ports name, ports, and entries that name ports. */
function turnOf(step: Step): number {
  if (isBridge(step)) return 0;
  if (step.do !== 'add' && step.do !== 'remove') return 2;
  return step.do === 'add' && switchedList(step.list)?.rows.within === undefined ? 1 : 3;
}

function isBridge(step: Step): boolean {
  return step.do === 'create' && kindNamed(step.kind)?.parts !== undefined;
}

function named(ids: readonly string[]): string {
  const more = ids.length - MOST_NAMED;
  return more > 0 ? `${ids.slice(0, MOST_NAMED).join(' ')} and ${more} more` : ids.join(' ');
}

class LetterWriter {
  readonly #switches: Switches;
  readonly #operations: Operation[] = [];
  readonly #unsent = new Map<Step, Outcome>();
  readonly #shares: Share[] = [];
  #premises: Premise[] = [];
  readonly #bridges = new Map<string, BridgeInTheMaking>();
  /** Ports in the making, by bridge and name. */
  readonly #ports = new Map<string, WireAtom>();
  readonly #paper: Paper;
  readonly #columns: ColumnWriter;
  readonly #entries: EntryWriter;
  #rows = 0;

  constructor(switches: Switches) {
    this.#switches = switches;
    this.#paper = {
      switches,
      push: (...operations) => this.#operations.push(...operations),
      expect: (premise) => this.#premises.push(premise),
      nextName: (what) => this.#nextName(what),
    };
    this.#columns = new ColumnWriter(this.#paper);
    this.#entries = new EntryWriter({
      ...this.#paper,
      portOf: (bridge, name) => this.#portOf(bridge, name),
      putInto: (bridge, column, row) => this.#putInto(bridge, column, row),
    });
  }

  write(step: Step): void {
    const from = this.#operations.length;
    this.#premises = [];
    // It came since it was looked for.
    if (this.#isMade(step)) {
      this.#unsent.set(step, { is: 'overtaken' });
      return;
    }
    const hindrance = this.#writeWhatIsAsked(step);
    if (hindrance !== undefined) this.#unsent.set(step, { is: 'not-sent', why: hindrance });
    // Some of it may be written all the same.
    this.#shares.push({ step, from, to: this.#operations.length, premises: this.#premises });
  }

  finish(text: string): Letter {
    if (this.#operations.length === 0) return { operations: [], shares: this.#shares, unsent: this.#unsent };
    const bridges = [...this.#bridges.values()].map(({ name, row, ports, entries }) => {
      const sets = Object.entries(entries).map(([column, rows]) => [column, setOf(rows)] as const);
      return insert('Bridge', { ...row, ...Object.fromEntries(sets), ports: setOf(ports) }, name);
    });
    // Before anything is changed, which would change what is looked at.
    const first = [...this.#shares.flatMap(({ premises }) => premises.flatMap(guardsFor)), ...bridges];
    const shares = this.#shares.map((share) => ({
      ...share,
      from: share.from + first.length,
      to: share.to + first.length,
    }));
    const made = Array.from(this.#bridges.values(), ({ name }) => namedRef(name));
    const listed = made.length === 0 ? [] : [mutate('Open_vSwitch', everyRow, putIn('bridges', ...made))];
    return {
      unsent: this.#unsent,
      shares,
      operations: [
        ...first,
        ...this.#operations,
        ...listed,
        mutate('Open_vSwitch', everyRow, add('next_cfg', 1)),
        // The last: by it is known which change ovs-vswitchd has to have taken up.
        select('Open_vSwitch', everyRow, ['next_cfg']),
        comment(text),
      ],
    };
  }

  #isMade(step: Step): boolean {
    if (step.do !== 'create') return false;
    const { name } = parseObjectId(step.id);
    return isBridge(step)
      ? this.#switches.bridge(name) !== undefined
      : this.#switches.port(name) !== undefined;
  }

  #writeWhatIsAsked(step: Step): Hindrance {
    const { name } = parseObjectId(step.id);
    switch (step.do) {
      case 'create':
        return isBridge(step) ? this.#makeBridge(step.id, name, step) : this.#makePort(step.id, name, step);
      case 'set':
        return wholeOf(step.id) === undefined ? this.#setBridge(name, step) : this.#setPort(name, step);
      case 'attach':
        return attach(this.#paper, this.#columns, step);
      case 'disown':
        return this.#disown(name);
      case 'delete':
        return wholeOf(step.id) === undefined ? this.#dropBridge(name) : this.#dropPort(step.id, name);
      case 'add':
        return this.#entries.add(name, step);
      case 'remove':
        return this.#entries.remove(name, step);
      default:
        return `Open vSwitch knows no ${step.do}`;
    }
  }

  #makeBridge(id: ObjectId, name: string, { kind, fields }: MakingStep): undefined {
    const { Bridge = {}, Interface = {} } = this.#columns.ofNewRows(kind, fields);
    const face = this.#port(id, name, { Interface: { type: 'internal', ...Interface } });
    const row = { name, ...Bridge, external_ids: this.#marked(id, Bridge.external_ids) };
    this.#expectFree('Bridge', name);
    this.#bridges.set(name, { name: this.#nextName('bridge'), row, ports: [face], entries: {} });
    this.#ports.set(`${name} ${name}`, face);
  }

  #makePort(id: ObjectId, name: string, { kind, fields }: MakingStep): Hindrance {
    const whole = wholeOf(id) ?? '';
    const inTheMaking = this.#bridges.get(whole);
    const bridge = this.#switches.bridge(whole);
    if (inTheMaking === undefined && bridge === undefined) return `there is no bridge ${whole}`;
    const members = this.#membersIn(kind, fields);
    const first = members === undefined ? undefined : this.#comingIn(name, members);
    const { Port, ...others } = this.#columns.ofNewRows(kind, fields);
    // What of the bridge's is not there yet is set when it is.
    const { named } = this.#entriesNamed(whole, kind, fields);
    const port = this.#port(id, name, { ...others, Port: { ...Port, ...named } }, first);
    this.#ports.set(`${whole} ${name}`, port);
    if (inTheMaking !== undefined) inTheMaking.ports.push(port);
    else if (bridge !== undefined)
      this.#operations.push(mutate('Bridge', rowIs(bridge.uuid), putIn('ports', port)));
    return undefined;
  }

  /** A port and its interface, which bear the mark of the object they are made for. */
  #port(
    id: ObjectId,
    name: string,
    { Port = {}, Interface = {} }: Partial<Record<SwitchTable, WireRow>>,
    members: readonly string[] = [name],
  ): WireAtom {
    const port = this.#nextName('port');
    const interfaces = setOf(members.map((member) => this.#interface(id, member, Interface)));
    const row = { name, ...Port, external_ids: this.#marked(id, Port.external_ids), interfaces };
    this.#expectFree('Port', name);
    this.#operations.push(insert('Port', row, port));
    return namedRef(port);
  }

  #interface(id: ObjectId, name: string, columns: WireRow = {}): WireAtom {
    const face = this.#nextName('interface');
    const row = { name, ...columns, external_ids: this.#marked(id, columns.external_ids) };
    this.#expectFree('Interface', name);
    this.#operations.push(insert('Interface', row, face));
    return namedRef(face);
  }

  /** What is taken by now, the database refuses in its own words: it will be so the next time, too. */
  #expectFree(table: SwitchTable, name: string): void {
    if (!this.#switches.hasNamed(table, name)) this.#premises.push({ is: 'free', table, name });
  }

  /** The interfaces a port is to have, where it says so itself. */
  #membersIn(kind: string, fields: Values): readonly string[] | undefined {
    const entry = Object.entries(fields).find(([key]) => placeOf(kind, key).holds === 'interfaces');
    return entry?.[1] as readonly string[] | undefined;
  }

  #setBridge(name: string, { kind, fields }: MakingStep): Hindrance {
    const bridge = this.#switches.bridge(name);
    if (bridge === undefined) return `there is no bridge ${name}`;
    this.#columns.change('Bridge', bridge.uuid, bridge.row, kind, fields);
    const face = this.#switches.interface(name);
    if (face !== undefined) this.#columns.change('Interface', face.uuid, face.row, kind, fields);
    return undefined;
  }

  #setPort(name: string, { id, kind, fields }: MakingStep): Hindrance {
    const port = this.#switches.port(name);
    if (port === undefined) return `there is no port ${name}`;
    this.#columns.change('Port', port.uuid, port.row, kind, fields);
    for (const { uuid, row } of port.interfaces.slice(0, 1))
      this.#columns.change('Interface', uuid, row, kind, fields);
    const { named, lacking } = this.#entriesNamed(wholeOf(id) ?? '', kind, fields);
    if (Object.keys(named).length > 0) this.#operations.push(update('Port', rowIs(port.uuid), named));
    const members = this.#membersIn(kind, fields);
    if (members !== undefined) this.#setMembers(id, port, members);
    const holder = Object.entries(fields).find(([key]) => placeOf(kind, key).holds === 'holder')?.[1];
    const moved = holder === undefined ? undefined : this.#movePort(id, port, String(holder));
    return moved ?? lacking;
  }

  /** The columns of a port that lead to entries of its bridge; `lacking` is why one of them cannot be set. */
  #entriesNamed(bridge: string, kind: string, fields: Values): { named: WireRow; lacking?: string } {
    const named: Record<string, WireDatum> = {};
    const lacking: string[] = [];
    for (const [key, value] of Object.entries(fields)) {
      const { holds, column, entryOf = '', empty } = placeOf(kind, key);
      if (holds !== 'entry') continue;
      const row = value === empty ? undefined : this.#entries.rowOf(bridge, entryOf, String(value));
      if (row !== undefined || value === empty) named[column] = setOf(row === undefined ? [] : [row]);
      else lacking.push(`there is no ${entryOf} ${String(value)}`);
    }
    const [why] = lacking;
    return why === undefined ? { named } : { named, lacking: why };
  }

  #portOf(bridge: string, name: string): WireAtom | undefined {
    const port = this.#switches.port(name);
    return port?.bridge === bridge ? rowRef(port.uuid) : this.#ports.get(`${bridge} ${name}`);
  }

  #putInto(bridge: string, column: string, row: WireAtom): boolean {
    const inTheMaking = this.#bridges.get(bridge);
    const there = this.#switches.bridge(bridge);
    if (inTheMaking !== undefined)
      inTheMaking.entries[column] = [...(inTheMaking.entries[column] ?? []), row];
    else if (there !== undefined)
      this.#operations.push(mutate('Bridge', rowIs(there.uuid), putIn(column, row)));
    return inTheMaking !== undefined || there !== undefined;
  }

  /**
   * One that another port has never keeps the others out: what is free comes in first. Once it is in, all are asked for,
   * and the database refuses what is in the way.
   */
  #comingIn(port: string, members: readonly string[], there: readonly string[] = []): readonly string[] {
    const free = members.filter((member) => (this.#switches.portWith(member)?.name ?? port) === port);
    const isIn = free.length === there.length && free.every((member) => there.includes(member));
    return isIn ? members : free;
  }

  /** Interfaces that are members stay as they are; what is none any more is collected by the server. */
  #setMembers(id: ObjectId, { uuid, interfaces }: FoundPort, members: readonly string[]): void {
    const there = new Map(interfaces.map((one) => [textAt(one.row, 'name') ?? '', one.uuid]));
    const { name } = parseObjectId(id);
    const atoms = this.#comingIn(name, members, [...there.keys()]).map((member) => {
      const known = there.get(member);
      return known === undefined ? this.#interface(id, member) : rowRef(known);
    });
    this.#operations.push(update('Port', rowIs(uuid), { interfaces: setOf(atoms) }));
  }

  #movePort(id: ObjectId, moved: FoundPort, to: string): Hindrance {
    const { uuid: port, bridge: from } = moved;
    const there = this.#switches.bridge(to);
    const inTheMaking = this.#bridges.get(to);
    if (there === undefined && inTheMaking === undefined) return `there is no bridge ${to}`;
    const here = from === undefined ? undefined : this.#switches.bridge(from);
    if (here !== undefined)
      this.#operations.push(mutate('Bridge', rowIs(here.uuid), takeOut('ports', rowRef(port))));
    if (inTheMaking !== undefined) inTheMaking.ports.push(rowRef(port));
    else if (there !== undefined)
      this.#operations.push(mutate('Bridge', rowIs(there.uuid), putIn('ports', rowRef(port))));
    const rows = [['Port', moved] as const, ...moved.interfaces.map((one) => ['Interface', one] as const)];
    const { name } = parseObjectId(id);
    for (const [table, { uuid, row }] of rows)
      if (this.#switches.isMarkedAs(name, row))
        this.#operations.push(mutate(table, rowIs(uuid), ...setKeys('external_ids', { [MARK]: id })));
    return undefined;
  }

  #dropBridge(name: string): undefined {
    const bridge = this.#switches.bridge(name);
    if (bridge === undefined) return;
    const { uuid, row } = bridge;
    // A port that somebody puts into it now would go with it.
    this.#premises.push({
      is: 'held',
      table: 'Bridge',
      uuid,
      column: 'ports',
      rows: referencesAt(row, 'ports'),
    });
    this.#operations.push(mutate('Open_vSwitch', everyRow, takeOut('bridges', rowRef(uuid))));
  }

  /** A bridge, and the port and the interface that came with it. */
  #disown(name: string): undefined {
    const rows = { Bridge: this.#switches.bridge(name), Port: this.#switches.port(name) };
    const tables = { ...rows, Interface: this.#switches.interface(name) };
    for (const [table, found] of Object.entries(tables))
      if (found !== undefined && this.#switches.isMarkedAs(name, found.row))
        this.#operations.push(mutate(table, rowIs(found.uuid), takeOut('external_ids', MARK, MARK_OF)));
  }

  /** The rows of a port that is in no bridge are collected by the server. */
  #dropPort(id: ObjectId, name: string): undefined {
    const port = this.#switches.port(name);
    const bridge = port?.bridge === wholeOf(id) ? this.#switches.bridge(port?.bridge ?? '') : undefined;
    if (port !== undefined && bridge !== undefined)
      this.#operations.push(mutate('Bridge', rowIs(bridge.uuid), takeOut('ports', rowRef(port.uuid))));
  }

  #marked(id: ObjectId, others: WireDatum | undefined): WireDatum {
    const pairs =
      Array.isArray(others) && others[0] === 'map'
        ? (others[1] as readonly (readonly [string, string])[])
        : [];
    return mapOf([...pairs, ...Object.entries(marksFor(id, this.#switches.identity))]);
  }

  #nextName(what: string): string {
    this.#rows += 1;
    return `${what}_${this.#rows}`;
  }
}

/** What a step says of an object’s fields. */
type MakingStep = Extract<Step, { readonly fields: Values; readonly kind: string }>;
