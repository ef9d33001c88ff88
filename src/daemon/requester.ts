import { readFileSync, statSync } from 'node:fs';
import type { Requester } from '../model/change.ts';

const LONGEST_COMMAND = 256;
/** Keys stand on command lines as long hexadecimal or base64 words (`ip macsec … key 00 HEX`): they are nobody's to read. */
const SECRET = /\b(?:[0-9a-f]{16,}|[A-Za-z0-9+/]{43}=)(?=\s|$)/gi;

/**
 * Who stands behind a port: a process's first netlink socket has its pid as port (netlink_autobind).
 * Null when there is no such process: it has gone, or the port is no pid.
 */
export function requesterOf(port: number): Requester | null {
  try {
    const { uid } = statSync(`/proc/${port}`);
    const command = readFileSync(`/proc/${port}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return {
      pid: port,
      uid,
      command: command === '' ? null : command.replaceAll(SECRET, '***').slice(0, LONGEST_COMMAND),
    };
  } catch {
    return port > 0 && port < 4_194_304 ? { pid: port, uid: null, command: null } : null;
  }
}
