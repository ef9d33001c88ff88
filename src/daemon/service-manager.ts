import { createRequire } from 'node:module';
import { bootTimeMicros } from '../netlink/native.ts';

/** What sd-notify exports; it is CommonJS and carries no types. */
interface SdNotify {
  ready(): void;
  stopping(pid: number): void;
  watchdog(): void;
  /** Milliseconds of the watchdog meant for this process, 0 for none. */
  watchdogInterval(): number;
  sendState(lines: string): void;
}

const STARTING_EVERY_MS = 10_000;
const STATUS_AT_MOST_EVERY_MS = 1000;

export interface ServiceManagerOptions {
  /** Whether all is well enough for the watchdog to be fed: the keeper turned, or is known to be inside the kernel. */
  readonly alive: () => boolean;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * systemd, or whatever else gave us a `$NOTIFY_SOCKET` (sd_notify(3)); without one nothing of this does anything.
 * For the main thread only.
 */
export interface ServiceManager {
  /** Started, or reloaded: everything was looked at once. Feeds the watchdog from then on. */
  ready(status: string): void;
  /** What `systemctl status` shows has changed. Asked for and said at most once a second. */
  status(sentence: () => string): void;
  /** A reload begins; `ready` ends it. */
  reloading(): void;
  stopping(status: string): void;
  /** Ends all timers. */
  close(): void;
}

/** Finds the service manager that started this process, if one did. */
export function openServiceManager(options: ServiceManagerOptions): ServiceManager {
  const { alive, environment = process.env } = options;
  if (!environment.NOTIFY_SOCKET) return nobody;
  // Not needed by hand, so not loaded there: the addon links against libsystemd.
  const notify = createRequire(import.meta.url)('sd-notify') as SdNotify;
  let feeding: NodeJS.Timeout | null = null;
  let pendingStatus: (() => string) | null = null;
  let statusTimer: NodeJS.Timeout | null = null;

  const sendStatus = (sentence: string) => notify.sendState(`STATUS=${oneLine(sentence)}`);
  const sendStatusSoon = (sentence: () => string) => {
    if (statusTimer !== null) {
      pendingStatus = sentence;
      return;
    }
    sendStatus(sentence());
    statusTimer = setTimeout(() => {
      statusTimer = null;
      const last = pendingStatus;
      pendingStatus = null;
      if (last !== null) sendStatusSoon(last);
    }, STATUS_AT_MOST_EVERY_MS).unref();
  };
  const feed = () => {
    if (alive()) notify.watchdog();
  };
  // Bringing thousands of links in sync takes its time; a start that goes on must not be taken for one that hangs.
  const starting = setInterval(() => {
    if (alive()) notify.sendState(`EXTEND_TIMEOUT_USEC=${3 * STARTING_EVERY_MS * 1000}`);
  }, STARTING_EVERY_MS).unref();
  return {
    ready(status) {
      clearInterval(starting);
      pendingStatus = null;
      sendStatus(status);
      notify.ready();
      const interval = notify.watchdogInterval();
      if (interval <= 0 || feeding !== null) return;
      feed();
      feeding = setInterval(feed, interval / 2).unref();
    },
    status: sendStatusSoon,
    reloading() {
      // In one datagram: systemd 253 takes no RELOADING=1 of a `notify-reload` service without the time beside it.
      notify.sendState(`RELOADING=1\nMONOTONIC_USEC=${bootTimeMicros()}`);
    },
    stopping(status) {
      sendStatus(status);
      notify.stopping(process.pid);
    },
    close() {
      clearInterval(starting);
      if (feeding !== null) clearInterval(feeding);
      if (statusTimer !== null) clearTimeout(statusTimer);
    },
  };
}

const nobody: ServiceManager = {
  ready() {},
  status() {},
  reloading() {},
  stopping() {},
  close() {},
};

/** A line end would begin another assignment. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
