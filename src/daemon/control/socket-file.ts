import { once } from 'node:events';
import { chmodSync, chownSync, lstatSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { Failure } from '../../model/failure.ts';

/** `sun_path` holds 108 bytes with its final zero (unix(7)); libuv cuts longer paths off without a word. */
const longestPath = 107;

export interface SocketFile {
  /** The group that may connect, null where only root may. */
  readonly group: string | null;
  /** False once somebody removed it. */
  isThere(): boolean;
  /** Removes the file, unless another daemon's has taken its place. */
  remove(): void;
}

/**
 * Makes a server listen on a path, with its owner and mode right from the first moment.
 * A socket nobody listens on any more is replaced; one that is alive, or anything else there, is a failure.
 */
export async function listenOn(server: Server, path: string, group: string): Promise<SocketFile> {
  const fresh = `${path}.new`;
  if (Buffer.byteLength(fresh) > longestPath) {
    throw new Failure('usage', `${path} is too long for a socket: ${longestPath - 4} bytes at most`);
  }
  await refuseToReplaceWhatLives(path);
  rmSync(fresh, { force: true });
  // Bound inside listen(), before it returns.
  const mask = process.umask(0o177);
  try {
    server.listen(fresh);
  } finally {
    process.umask(mask);
  }
  await once(server, 'listening');
  const given = giveToGroup(fresh, group);
  const { ino } = lstatSync(fresh);
  renameSync(fresh, path);
  return {
    group: given ? group : null,
    isThere: () => lstatSync(path, { throwIfNoEntry: false }) !== undefined,
    remove() {
      if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true });
    },
  };
}

/** The number of a group in /etc/group (group(5)), or null. */
export function groupId(name: string, file = '/etc/group'): number | null {
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [known, , gid] = line.split(':');
    if (known === name && gid !== undefined && /^\d+$/.test(gid)) return Number(gid);
  }
  return null;
}

function giveToGroup(file: string, group: string): boolean {
  const gid = groupId(group);
  if (gid === null) return false;
  try {
    chownSync(file, -1, gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return false;
    throw error;
  }
  chmodSync(file, 0o660);
  return true;
}

async function refuseToReplaceWhatLives(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new Failure('internal', `${path} is in the way: it is not a socket`);
  if (await isListenedOn(path)) throw new Failure('already-running', `another process listens on ${path}`);
}

async function isListenedOn(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return false;
    // A full backlog is somebody's, and busy.
    if (code === 'EAGAIN') return true;
    throw error;
  } finally {
    socket.destroy();
  }
}
