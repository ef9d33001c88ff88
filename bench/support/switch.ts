import { type OpenVSwitch, openVSwitch } from '../../test/kernel/support/ovs.ts';
import { OvsdbLine, type TableUpdates } from './ovsdb-line.ts';
import type { Namespace, Scratch } from './scratch.ts';

/** An Open vSwitch of a figure's own in a namespace; it switches by itself, without the kernel's datapath. */
export interface Switch extends OpenVSwitch {
  readonly socket: string;
  /** One who only looks. */
  readonly watch: SwitchWatch;
  /** Its own connection for changes. */
  readonly line: OvsdbLine;
}

export async function startSwitch(scratch: Scratch, { enter }: Namespace): Promise<Switch> {
  const ovs = await openVSwitch({ after: (work) => scratch.after(work as () => unknown) }, enter, {
    log: false,
  });
  const socket = ovs.address.slice('unix:'.length);
  const line = await OvsdbLine.to(socket);
  const watch = new SwitchWatch();
  const other = await OvsdbLine.to(socket);
  scratch.after(() => {
    line.close();
    other.close();
  });
  await other.follow(SwitchWatch.columns, (updates) => watch.take(updates));
  return { ...ovs, socket, line, watch };
}

/** A port's interface as the database has it. */
export interface SeenFace {
  readonly uuid: string;
  /** Above 0 once ovs-vswitchd has made it. */
  readonly ofport: number;
}

/** Ports and the number of changes, as an outsider who follows the database sees them. */
export class SwitchWatch {
  static readonly columns = {
    Open_vSwitch: ['next_cfg', 'cur_cfg'],
    Bridge: ['name'],
    Port: ['name'],
    Interface: ['name', 'ofport'],
  };

  readonly faces = new Map<string, SeenFace>();
  readonly ports = new Map<string, string>();
  readonly bridges = new Map<string, string>();
  next = 0;
  current = 0;
  /** When something was heard last, on the clock of `performance.now()`. */
  heard = 0;
  #waiting: { readonly condition: () => boolean; readonly then: (at: number) => void }[] = [];

  take(updates: TableUpdates): void {
    this.heard = performance.now();
    for (const { new: now } of Object.values(updates.Open_vSwitch ?? {})) {
      this.next = Number(now?.next_cfg ?? this.next);
      this.current = Number(now?.cur_cfg ?? this.current);
    }
    named(updates.Bridge, this.bridges, (uuid) => uuid);
    named(updates.Port, this.ports, (uuid) => uuid);
    named(updates.Interface, this.faces, (uuid, { ofport }) => ({
      uuid,
      ofport: typeof ofport === 'number' ? ofport : 0,
    }));
    const ready = this.#waiting.filter(({ condition }) => condition());
    if (ready.length > 0) this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { then } of ready) then(this.heard);
  }

  /** When something was so, on the clock of `performance.now()`. */
  async until(condition: () => boolean, what: string, within = 300_000): Promise<number> {
    if (condition()) return this.heard;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not so within ${within / 1000} s: ${what}`)), within);
    });
    const so = new Promise<number>((then) => this.#waiting.push({ condition, then }));
    return Promise.race([so, late]).finally(() => clearTimeout(timer));
  }

  /** Whether ovs-vswitchd has taken up all that was asked of it. */
  get isCaughtUp(): boolean {
    return this.current >= this.next;
  }
}

/** What a row in whose place another of its name came leaves behind is that other. */
function named<T extends string | SeenFace>(
  rows: TableUpdates[string] | undefined,
  found: Map<string, T>,
  read: (uuid: string, row: Readonly<Record<string, unknown>>) => T,
): void {
  const uuidOf = (one: T | undefined) => (typeof one === 'object' ? one.uuid : one);
  for (const [uuid, { old, new: now }] of Object.entries(rows ?? {})) {
    const name = String((now ?? old)?.name);
    if (now !== undefined) found.set(name, read(uuid, now));
    else if (uuidOf(found.get(name)) === uuid) found.delete(name);
  }
}

/** A bridge and so many internal ports, as vnetd is told. */
export function bridgeOf(ports: number, daemon = ''): string {
  return [
    ...(daemon === '' ? [] : [`daemon: ${daemon}`]),
    'links:',
    '  ovsbr0:',
    '    kind: ovs-bridge',
    '    datapath_type: netdev',
    '    ports:',
    ...namesOf(ports).map((name) => `      ${name}: { type: internal }`),
    '',
  ].join('\n');
}

export function namesOf(ports: number): readonly string[] {
  return Array.from({ length: ports }, (_, i) => `p${i}`);
}
