import { createHmac } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** So many digits tell the daemons of a host apart. */
const DIGITS = 12;

/**
 * Who this vnetd is among those that follow one database: the machine and the folder of its declaration, neither of
 * which can be read from it (machine-id(5) asks for that). It needs no file that could get lost or be copied.
 */
export function identityOf(configDirectory: string, machine: string = machineId()): string {
  return createHmac('sha256', machine).update(`vnetd ${configDirectory}`).digest('hex').slice(0, DIGITS);
}

/** The folder whatever leads to it. */
export function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}
