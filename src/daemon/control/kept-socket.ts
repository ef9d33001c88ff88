import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import { listenOn, type SocketFile } from './socket-file.ts';

/** A socket whose file somebody removed is made again so soon. */
const usualLookMs = 5_000;

/** How long answers may take to go out once the daemon is stopping. */
const farewellMs = 500;

export interface KeptSocketOptions {
  readonly path: string;
  readonly group: string;
  /** A server that does not listen yet. */
  readonly newServer: () => Server;
  /** Told in a sentence when the socket was made again, or cannot be. */
  readonly remade?: (sentence: string) => void;
  readonly lookMs?: number;
}

export interface KeptSocket {
  /** The group that may connect, null where only root may. */
  readonly group: string | null;
  /** Removes the socket and takes nobody new; `stop` tells those who are connected, who have a moment to read on. */
  close(stop: () => void): Promise<void>;
}

/** Listens on a path, again and again should somebody remove the socket; who is connected then stays so. */
export async function keepSocket(options: KeptSocketOptions): Promise<KeptSocket> {
  const { path, group, newServer, remade = () => {} } = options;
  const servers = new Set<Server>();
  const listen = async (): Promise<SocketFile> => {
    const server = newServer();
    const file = await listenOn(server, path, group);
    // It takes nobody new where nobody finds it.
    for (const old of servers) old.close(() => servers.delete(old));
    servers.add(server);
    return file;
  };
  let file = await listen();
  let making: Promise<void> | undefined;
  let trouble = '';
  const again = async () => {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
      file = await listen();
      trouble = '';
      remade(`${path} was gone, and is made again`);
    } catch (error) {
      const { message } = error as Error;
      if (message !== trouble) remade(`${path} is gone, and cannot be made again: ${message}`);
      trouble = message;
    }
  };
  const look = setInterval(() => {
    if (making !== undefined || file.isThere()) return;
    making = again().finally(() => {
      making = undefined;
    });
  }, options.lookMs ?? usualLookMs).unref();
  return {
    group: file.group,
    async close(stop) {
      clearInterval(look);
      await making;
      file.remove();
      const ended = [...servers].map((server) => new Promise((resolve) => server.close(resolve)));
      const timer = setTimeout(() => {
        for (const server of servers) server.closeAllConnections();
      }, farewellMs);
      stop();
      for (const server of servers) server.closeIdleConnections();
      await Promise.all(ended);
      clearTimeout(timer);
    },
  };
}
