import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

type Row = Readonly<Record<string, unknown>>;

/** What became of rows, by table and uuid: as in RFC 7047 section 4.1.6, with the followed columns only. */
export type TableUpdates = Readonly<
  Record<string, Readonly<Record<string, { readonly old?: Row; readonly new?: Row }>>>
>;

/** A connection to ovsdb-server with nothing of vnetd in it: the least that follows a database and changes it. */
export class OvsdbLine {
  readonly #socket: Socket;
  readonly #open = new Map<number, (result: unknown) => void>();
  #heard: (updates: TableUpdates) => void = () => undefined;
  #pieces: Buffer[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (piece) => this.#cut(piece));
  }

  static async to(path: string): Promise<OvsdbLine> {
    const socket = connect({ path });
    await once(socket, 'connect');
    return new OvsdbLine(socket);
  }

  close(): void {
    this.#socket.destroy();
  }

  request(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      this.#socket.write(JSON.stringify({ method, params, id }));
    });
  }

  /** Throws the server's words where it refuses. */
  async transact(...operations: readonly unknown[]): Promise<readonly { readonly rows?: readonly Row[] }[]> {
    const results = (await this.request('transact', ['Open_vSwitch', ...operations])) as readonly {
      readonly error?: string;
      readonly rows?: readonly Row[];
    }[];
    const refused = results.find((result) => result?.error !== undefined);
    if (refused !== undefined) throw new Error(JSON.stringify(refused));
    return results;
  }

  /** Follows columns of tables; `heard` has the snapshot first, as rows that are new. */
  async follow(columns: Record<string, string[]>, heard: (updates: TableUpdates) => void): Promise<void> {
    this.#heard = heard;
    const asked = Object.entries(columns).map(([table, names]) => [table, { columns: names }]);
    heard((await this.request('monitor', ['Open_vSwitch', null, Object.fromEntries(asked)])) as TableUpdates);
  }

  /** Documents follow each other with nothing between them. */
  #cut(piece: Buffer): void {
    let begun = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at];
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inString = false;
      } else if (byte === 0x22) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth += 1;
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth -= 1;
        if (this.#depth > 0) continue;
        this.#pieces.push(piece.subarray(begun, at + 1));
        begun = at + 1;
        const text = Buffer.concat(this.#pieces).toString('utf8');
        this.#pieces = [];
        this.#take(JSON.parse(text));
      }
    }
    if (begun < piece.length) this.#pieces.push(piece.subarray(begun));
  }

  #take({ method, params, id, result }: Message): void {
    if (method === 'update') this.#heard((params?.[1] ?? {}) as TableUpdates);
    else if (method === 'echo')
      this.#socket.write(JSON.stringify({ result: params ?? [], error: null, id: id ?? null }));
    else if (typeof id === 'number') {
      this.#open.get(id)?.(result);
      this.#open.delete(id);
    }
  }
}

interface Message {
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly id?: number | string | null;
  readonly result?: unknown;
}

const every: readonly unknown[] = [];
const rowIs = (uuid: string) => [['_uuid', '==', ['uuid', uuid]]];
const counted = { op: 'mutate', table: 'Open_vSwitch', where: every, mutations: [['next_cfg', '+=', 1]] };

/** What `ovs-vsctl add-port BRIDGE NAME -- set Interface NAME type=internal` sends. */
export function addPort(bridge: string, name: string): readonly unknown[] {
  const face = { name, type: 'internal' };
  const port = { name, interfaces: ['named-uuid', 'face'] };
  const mutations = [['ports', 'insert', ['set', [['named-uuid', 'port']]]]];
  return [
    { op: 'insert', table: 'Interface', row: face, 'uuid-name': 'face' },
    { op: 'insert', table: 'Port', row: port, 'uuid-name': 'port' },
    { op: 'mutate', table: 'Bridge', where: rowIs(bridge), mutations },
    counted,
  ];
}

/** What `ovs-vsctl del-port` sends. */
export function deletePort(bridge: string, port: string): readonly unknown[] {
  const mutations = [['ports', 'delete', ['set', [['uuid', port]]]]];
  return [{ op: 'mutate', table: 'Bridge', where: rowIs(bridge), mutations }, counted];
}
