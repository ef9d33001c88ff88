import type { Socket } from 'node:net';

/** Who is at the other end of a unix socket, as the kernel noted it at connect (SO_PEERCRED, unix(7)). */
export interface Peer {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** Asks the kernel by the descriptor of a connected socket. */
export type AskPeer = (fd: number) => Peer;

/** Who is at the other end, or null where nobody can say: the client is gone already. */
export function peerOf(socket: Socket, ask: AskPeer): Peer | null {
  const fd = descriptorOf(socket);
  if (fd === null) return null;
  try {
    return ask(fd);
  } catch {
    return null;
  }
}

/** Node keeps a socket's descriptor to itself; it has stood here, on the libuv stream, in every version so far. */
function descriptorOf(socket: Socket): number | null {
  const stream = (socket as Socket & { readonly _handle?: { readonly fd?: number } | null })._handle;
  const fd = stream?.fd;
  return fd === undefined || fd < 0 ? null : fd;
}
