import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Requester } from '../model/change.ts';

const LONGEST_COMMAND = 256;
/** Keys stand on command lines as long hexadecimal or base64 words (`ip macsec … key 00 HEX`): they are nobody's to read. */
const SECRET = /\b(?:[0-9a-f]{16,}|[A-Za-z0-9+/]{43}=)(?=\s|$)/gi;

/**
 * Who stands behind a port: a process's first netlink socket has its pid as port (netlink_autobind).
 * Asked before the repair is sent, since the process may be gone a moment later: one short read.
 * Null when there is no such process: it has gone, or the port is no pid.
 */
export function requesterOf(port: number): Requester | null {
  let file: number | undefined;
  try {
    file = openSync(`/proc/${port}/cmdline`, 'r');
    const { uid } = fstatSync(file);
    const buffer = Buffer.allocUnsafe(LONGEST_COMMAND * 2);
    const length = readSync(file, buffer, 0, buffer.length, 0);
    const command = buffer.toString('utf8', 0, length).replaceAll('\0', ' ').trim();
    return {
      pid: port,
      uid,
      command: command === '' ? null : command.replaceAll(SECRET, '***').slice(0, LONGEST_COMMAND),
    };
  } catch {
    return port > 0 && port < 4_194_304 ? { pid: port, uid: null, command: null } : null;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
