import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { watchForFile } from '../ovsdb/socket-file.ts';

/**
 * Whether ovs-vswitchd runs, by the file it keeps its process id in beside the socket of its database; packages have it
 * there. Where there never was one nothing is known.
 */
export class Vswitchd {
  readonly #folder: string;
  readonly #changed: () => void;
  #unwatch: () => void = () => undefined;
  #pid: number | undefined;
  #line: Socket | undefined;
  #wasThere = false;
  /** The process of this id has ended, whether or not it is reaped. */
  #hasEnded = false;
  #isGone = false;

  /** `socket`: that of its database; `changed` is called when it may have begun or ended. */
  constructor(socket: string, changed: () => void) {
    this.#folder = dirname(socket);
    this.#changed = changed;
    this.#watch();
    this.look();
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  look(): void {
    const pid = pidIn(join(this.#folder, 'ovs-vswitchd.pid'));
    this.#wasThere ||= pid !== undefined;
    if (pid !== this.#pid) {
      this.#pid = pid;
      this.#hasEnded = false;
      this.#attend(pid, false);
    }
    // One that ends takes its file along, one that is killed leaves it.
    this.#isGone = pid === undefined ? this.#wasThere : this.#hasEnded || !existsSync(`/proc/${pid}`);
  }

  close(): void {
    this.#unwatch();
    this.#attend(undefined, false);
  }

  #watch(): void {
    this.#unwatch();
    this.#unwatch = watchForFile(join(this.#folder, 'ovs-vswitchd.pid'), () => {
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
