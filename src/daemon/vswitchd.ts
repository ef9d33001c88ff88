import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { watchForFile } from '../ovsdb/socket-file.ts';

/** So long after its start ovs-vswitchd may still be opening links; with many ports it takes a while. */
export const BEGINNING_MS = 20_000;

/**
 * Whether ovs-vswitchd runs, by the file it keeps its process id in beside the socket of its database; packages have it
 * there. Where there never was one nothing is known.
 */
export class Vswitchd {
  readonly #folder: string;
  readonly #changed: () => void;
  #unwatch: () => void = () => undefined;
  #pid: number | undefined;
  /** When it began, in milliseconds since the epoch. */
  #since = 0;
  #line: Socket | undefined;
  #wasThere = false;
  /** The process of this id has ended, whether or not it is reaped. */
  #hasEnded = false;
  #isGone = false;
  #hasTakenUp = false;
  /** It does run, and has its file elsewhere or none. */
  #isElsewhere = false;

  /** `socket`: that of its database; `changed` is called when it may have begun or ended. */
  constructor(socket: string, changed: () => void) {
    this.#folder = dirname(socket);
    this.#changed = changed;
    this.#watch();
    this.look();
  }

  get #file(): string {
    return join(this.#folder, 'ovs-vswitchd.pid');
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether it began so lately that it may not have opened all links. */
  get isBeginning(): boolean {
    return !this.#isGone && !this.#hasTakenUp && Date.now() - this.#since < BEGINNING_MS;
  }

  /** Whether it has taken up a change, and with it all links there were. */
  get hasTakenUp(): boolean {
    return this.#hasTakenUp;
  }

  /** It has taken up a change. */
  tookUp(): void {
    this.#hasTakenUp = true;
    if (this.#pid !== undefined) return;
    this.#isElsewhere = true;
    this.#isGone = false;
  }

  look(): void {
    const pid = pidIn(this.#file);
    // Whoever starts the server of its database with such a file starts it so too.
    this.#wasThere ||= pid !== undefined || existsSync(join(this.#folder, 'ovsdb-server.pid'));
    if (pid !== this.#pid) {
      this.#pid = pid;
      this.#since = writtenAt(this.#file);
      this.#hasEnded = false;
      this.#hasTakenUp = false;
      this.#isElsewhere = false;
      this.#attend(pid, false);
    }
    const isMissed = this.#wasThere && !this.#isElsewhere;
    // One that ends takes its file along, one that is killed leaves it.
    this.#isGone = pid === undefined ? isMissed : this.#hasEnded || !existsSync(`/proc/${pid}`);
  }

  close(): void {
    this.#unwatch();
    this.#attend(undefined, false);
  }

  #watch(): void {
    this.#unwatch();
    this.#unwatch = watchForFile(this.#file, () => {
      this.#watch();
      this.#notice();
    });
  }

  #notice(): void {
    this.look();
    this.#changed();
  }

  /**
   * It takes commands at a socket (ovs-appctl(8)), and a connection on which nothing is said ends with it. `again`:
   * one ended, and if there is no other to be had, so did it.
   */
  #attend(pid: number | undefined, again: boolean): void {
    this.#line?.destroy();
    this.#line = undefined;
    if (pid === undefined) return;
    let isOpen = false;
    const line = connect(join(this.#folder, `ovs-vswitchd.${pid}.ctl`)).unref();
    line.on('connect', () => {
      isOpen = true;
    });
    line.on('error', () => undefined); // `close` follows
    line.on('close', () => {
      if (this.#line !== line) return;
      if (isOpen) return this.#attend(pid, true);
      this.#hasEnded = again;
      this.#notice();
    });
    this.#line = line;
  }
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** When a file was last written; 0 where there is none. */
function writtenAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
