import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { timeOnTheWall } from '../clock.ts';
import type { Fields } from './fields.ts';
import { deliver, journalSocket } from './native-protocol.ts';
import type { Level } from './sentence.ts';
import { priorityOf } from './syslog.ts';

/** A queue may have room for ten (net.unix.max_dgram_qlen): while it empties, it is filled again quickly. */
const RETRY_MS = { moving: 2, stuck: 100 } as const;
const MOST_WAITING = 2_000;

/** How lines look: for systemd's journal, for eyes, or for programs. */
export type Form = 'journal' | 'text' | 'json';

/** Where sentences go. */
export interface Mouth {
  speak(level: Level, sentence: string, fields: Fields): void;
  /** Tries to get rid of what could not be said yet. */
  close(): void;
}

/**
 * What suits a descriptor: the journal where it leads there ($JOURNAL_STREAM, systemd.exec(5)), text on a terminal,
 * else JSON.
 */
export function formFor(fd: number, environment: NodeJS.ProcessEnv): Form {
  if (leadsToJournal(fd, environment.JOURNAL_STREAM)) return 'journal';
  return isatty(fd) ? 'text' : 'json';
}

/** Lines for eyes: the time of day, the level where it matters, the sentence. */
export function textMouth(fd: number): Mouth {
  const colours = isatty(fd);
  const paint = { error: 'red', warn: 'yellow', notice: 'reset', info: 'reset', debug: 'dim' } as const;
  return {
    speak(level, sentence) {
      const line = `${timeOnTheWall(Date.now())} ${level === 'error' ? 'error: ' : ''}${sentence}`;
      writeLine(fd, colours ? styleText(paint[level], line, { validateStream: false }) : line);
    },
    close() {},
  };
}

/**
 * Entries with fields, by the journal's native protocol, so that `journalctl VNETD_ID=bond1` works; where that is not
 * to be had, lines with a priority prefix on the descriptor (sd-daemon(3)). A journal that has no room is not waited
 * for: entries wait in memory, and how many were lost of too many is said afterwards.
 */
export function journalMouth(fd: number, socket: string = journalSocket): Mouth {
  const waiting: [Level, string, Fields][] = [];
  let lost = 0;
  let timer: NodeJS.Timeout | null = null;

  /** False when there is no room. */
  const send = (level: Level, sentence: string, fields: Fields): boolean => {
    const delivery = deliver(socket, level, sentence, fields);
    if (delivery === 'refused') writeLine(fd, `<${priorityOf[level]}>${sentence}`);
    return delivery !== 'no-room';
  };
  const catchUp = () => {
    for (let entry = waiting[0]; entry !== undefined; entry = waiting[0]) {
      if (!send(...entry)) return;
      waiting.shift();
    }
    if (lost > 0 && send('warn', `the journal had no room for ${lost} lines`, { lost })) lost = 0;
  };
  const catchUpLater = (isMoving: boolean) => {
    timer ??= setTimeout(
      () => {
        timer = null;
        const before = waiting.length;
        catchUp();
        if (waiting.length + lost > 0) catchUpLater(waiting.length < before);
      },
      isMoving ? RETRY_MS.moving : RETRY_MS.stuck,
    ).unref();
  };

  return {
    speak(level, sentence, fields) {
      if (waiting.length + lost === 0 && send(level, sentence, fields)) return;
      if (waiting.length < MOST_WAITING) waiting.push([level, sentence, fields]);
      else lost += 1;
      catchUpLater(false);
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      catchUp();
    },
  };
}

function leadsToJournal(fd: number, stream: string | undefined): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

function writeLine(fd: number, line: string): void {
  try {
    writeSync(fd, `${line}\n`);
  } catch {
    // A terminal that is gone or a pipe nobody reads must not end a daemon, and there is nobody left to tell.
  }
}
