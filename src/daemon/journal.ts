import { pino, symbols } from 'pino';
import type { DaemonSettings } from '../model/declaration.ts';
import type { Happening } from '../model/event.ts';
import { type Fields, fieldsOf } from './journal/fields.ts';
import { type Form, formFor, journalMouth, type Mouth, textMouth } from './journal/mouths.ts';
import { type Level, levelOf, sentenceOf, withFacts } from './journal/sentence.ts';
import { levelOfNumber, pinoLevels } from './journal/syslog.ts';

const STDERR = 2;

export interface JournalOptions {
  readonly level: DaemonSettings['logLevel'];
  /** How lines look; without it, what suits standard error. */
  readonly form?: Form;
  readonly fd?: number;
  readonly environment?: NodeJS.ProcessEnv;
  /** The journal's own socket; for tests. */
  readonly journalSocket?: string;
}

/**
 * What vnetd says: one line an event, with its facts in fields.
 * Nothing here throws, and nothing waits for a reader that is slow but, by hand, the terminal or pipe vnetd writes to.
 */
export interface Journal {
  /** Says a happening in a sentence, as loud as its event is. */
  say(happening: Happening): void;
  error(sentence: string, fields?: Fields): void;
  warn(sentence: string, fields?: Fields): void;
  notice(sentence: string, fields?: Fields): void;
  info(sentence: string, fields?: Fields): void;
  debug(sentence: string, fields?: Fields): void;
  /** From now on says what is at least as loud. */
  setLevel(level: DaemonSettings['logLevel']): void;
  close(): void;
}

/** Opens the journal on standard error, in the form that suits it. */
export function openJournal(options: JournalOptions): Journal {
  const { level, fd = STDERR, environment = process.env, journalSocket } = options;
  const form = options.form ?? formFor(fd, environment);
  const mouth = form === 'journal' ? journalMouth(fd, journalSocket) : form === 'text' ? textMouth(fd) : null;
  const logger = pino(
    {
      level,
      customLevels: { notice: pinoLevels.notice },
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    mouth === null ? jsonDestination(fd) : through(mouth),
  );
  const speak = (loudness: Level, sentence: string, fields: Fields) => logger[loudness](fields, sentence);
  // JSON has the facts beside a sentence that stays the same; eyes and `journalctl` need them in it.
  const speakOf = (loudness: Level, sentence: string, fields: Fields = {}) =>
    speak(loudness, mouth === null ? sentence : withFacts(sentence, fields), fields);
  return {
    say: (happening) => speak(levelOf[happening.event], sentenceOf(happening), fieldsOf(happening)),
    error: (sentence, fields) => speakOf('error', sentence, fields),
    warn: (sentence, fields) => speakOf('warn', sentence, fields),
    notice: (sentence, fields) => speakOf('notice', sentence, fields),
    info: (sentence, fields) => speakOf('info', sentence, fields),
    debug: (sentence, fields) => speakOf('debug', sentence, fields),
    setLevel(loudness) {
      logger.level = loudness;
    },
    close: () => mouth?.close(),
  };
}

/** Synchronous: what a crash cuts off is what an operator needs most. */
function jsonDestination(fd: number) {
  const destination = pino.destination({ fd, sync: true });
  // A pipe nobody reads any more must not end a daemon.
  destination.on('error', () => {});
  return destination;
}

/** Hands a mouth what pino let through by level, as it was said and not as JSON. */
function through(mouth: Mouth) {
  return {
    [symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    lastMsg: '',
    lastObj: {} as Fields,
    write(): void {
      mouth.speak(levelOfNumber(this.lastLevel), this.lastMsg, this.lastObj);
    },
  };
}
