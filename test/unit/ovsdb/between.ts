import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Framer } from '../../../src/ovsdb/framing.ts';
import { scratchFolder } from './server.ts';

/** What one side sent, and how it is passed on: as it is, or as something else, or later, or not at all. */
export type Pass = (piece: Buffer, onward: (piece: Uint8Array | string) => void) => void;

/** How one connection is treated; a side left out is passed on as it is. */
export interface Treatment {
  readonly toServer?: Pass;
  readonly toClient?: Pass;
  /** Called when the connection is there, with what sends to the client. */
  readonly greeted?: (toClient: (piece: Uint8Array | string) => void, client: Socket) => void;
}

export type Message = {
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly id?: unknown;
  readonly result?: unknown;
};

/** Listens between clients and a server; `treat` says how the connection of this number, from 0, is treated. */
export async function between(
  t: TestContext,
  server: string,
  treat: (connection: number) => Treatment,
  folder = scratchFolder(t),
): Promise<string> {
  const path = join(folder, 'between.sock');
  const sockets = new Set<Socket>();
  let connections = 0;
  const listening = createServer((client) => {
    const { toServer = asItIs, toClient = asItIs, greeted } = treat(connections++);
    const upstream = connect(server);
    const toTheClient = (piece: Uint8Array | string) => void client.write(piece);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    client.on('data', (piece) => toServer(piece, (onward) => void upstream.write(onward)));
    upstream.on('data', (piece) => toClient(piece, toTheClient));
    greeted?.(toTheClient, client);
  });
  await new Promise<void>((resolve) => listening.listen(path, resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  return path;
}

/** Shows each message that passes by, whole, before it is passed on. */
export function watched(see: (message: Message) => void): Pass {
  const framer = new Framer();
  return (piece, onward) => {
    for (const document of framer.cut(piece)) see(JSON.parse(Buffer.from(document).toString()));
    onward(piece);
  };
}

/** Gives each message that passes by to `answer`, and passes on what that says. */
export function replaced(answer: (message: Message) => Message | string | Uint8Array): Pass {
  const framer = new Framer();
  return (piece, onward) => {
    for (const document of framer.cut(piece)) {
      const instead = answer(JSON.parse(Buffer.from(document).toString()));
      onward(
        typeof instead === 'string' || instead instanceof Uint8Array ? instead : JSON.stringify(instead),
      );
    }
  };
}

const asItIs: Pass = (piece, onward) => onward(piece);

/** Passes on one byte each time the event loop has turned. */
export function byteByByte(): Pass {
  let waiting: Buffer[] = [];
  let at = 0;
  const next = (onward: (piece: Uint8Array) => void) => {
    const [piece] = waiting;
    if (piece === undefined) return;
    onward(piece.subarray(at, ++at));
    if (at === piece.length) {
      waiting = waiting.slice(1);
      at = 0;
    }
    setImmediate(next, onward);
  };
  return (piece, onward) => {
    waiting.push(piece);
    if (waiting.length === 1) next(onward);
  };
}
