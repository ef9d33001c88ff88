import type { Level } from './sentence.ts';

/** The levels as syslog(3) numbers them. */
export const priorityOf: Readonly<Record<Level, number>> = {
  error: 3,
  warn: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/** The levels as pino numbers them, its `notice` being ours. */
export const pinoLevels: Readonly<Record<Level, number>> = {
  error: 50,
  warn: 40,
  notice: 35,
  info: 30,
  debug: 20,
};

/** The level pino gave a number to. */
export function levelOfNumber(number: number): Level {
  const found = (Object.keys(pinoLevels) as Level[]).find((level) => pinoLevels[level] === number);
  return found ?? 'error';
}
