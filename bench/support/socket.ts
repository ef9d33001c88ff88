import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../../test/kernel/support/command.ts';
import { root } from './root.ts';

/** Notices the kernel dropped for want of room in the sockets by which a process hears them (/proc/net/netlink). */
export function dropsOf(pid: number): number {
  const own = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed meanwhile
      }
    }),
  );
  const rows = readFileSync(`/proc/${pid}/net/netlink`, 'utf8').trim().split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(
      ([, family, , groups, , , , , , inode]) =>
        family === '0' && Number.parseInt(groups ?? '0', 16) !== 0 && own.has(inode ?? ''),
    )
    .reduce((sum, fields) => sum + Number(fields[8]), 0);
}

/** Gives the sockets by which a process hears notices another receive buffer. */
export async function resizeReceiveBuffer(pid: number, bytes: number): Promise<void> {
  await output([
    '/usr/bin/python3',
    join(root, 'test/kernel/support/receive-buffer.py'),
    String(pid),
    String(bytes),
  ]);
}
