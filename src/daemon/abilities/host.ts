import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';

/** The host whose kernel is asked about: where its files are, and the kernel’s release as uname(2) has it. */
export interface Host {
  readonly root: string;
  readonly release: string;
}

export const hostHere: Host = { root: '/', release: release() };

/** The text of a file of the host; empty where there is none, or none that may be read. */
export function textOf({ root }: Host, path: string): string {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return '';
  }
}

export function isThere({ root }: Host, path: string): boolean {
  return existsSync(join(root, path));
}

/** In milliseconds; 0 where it is not there. */
export function changedAt({ root }: Host, path: string): number {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

export function namesIn({ root }: Host, folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder)).sort();
  } catch {
    return [];
  }
}

/** PROC_PID_INIT_INO in include/linux/proc_ns.h. */
const INIT = 'pid:[4026531836]';

/** Whether this is a container: the kernel loads modules from its host’s files, which are not those seen here. */
export function isContainer({ root }: Host): boolean {
  try {
    return readlinkSync(join(root, '/proc/self/ns/pid')) !== INIT;
  } catch {
    return false;
  }
}
