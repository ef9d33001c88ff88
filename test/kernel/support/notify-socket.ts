import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Arrivals } from './arrivals.ts';
import { readLines, type Test } from './command.ts';

const receiver = resolve(import.meta.dirname, '../../../../test/kernel/support/notify-socket.py');

/** One message of sd_notify(3), and who sent it. */
export interface Notification {
  readonly pid: number;
  /** `READY=1\nSTATUS=…` as `{ READY: '1', STATUS: '…' }`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Opens a socket as systemd does for a unit of `Type=notify`; `path` goes into $NOTIFY_SOCKET. */
export async function notifySocket(
  t: Test,
): Promise<{ path: string; notifications: Arrivals<Notification> }> {
  const folder = mkdtempSync(join(tmpdir(), 'notify-'));
  const path = join(folder, 'socket');
  const child = spawn('/usr/bin/python3', [receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const notifications = new Arrivals<Notification>();
  readLines(child.stdout, notifications, readNotification);
  child.on('close', () => notifications.end());
  await notifications.first(({ fields }) => fields.LISTENING === '1', {
    within: 10_000,
    what: 'the notify socket listens',
  });
  return { path, notifications };
}

function readNotification(line: string): Notification {
  const { pid, text }: { pid: number; text: string } = JSON.parse(line);
  const pairs = text.split('\n').filter((pair) => pair !== '');
  return {
    pid,
    fields: Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    ),
  };
}
