import type { Value } from '../../../src/model/value.ts';
import { longestQueue } from './lacking.ts';

/** Values of keys every link has, where the samples of the row need a world to fit in. */
export function valuesOfEveryLink(key: string, n: number): readonly Value[] | undefined {
  const byte = (n % 250).toString(16).padStart(2, '0');
  switch (key) {
    case 'address':
      return [`02:00:00:00:${byte}:01`, `06:00:00:00:${byte}:02`, `0a:00:00:00:${byte}:03`];
    case 'master':
      return ['master1', 'master2'];
    case 'txqueuelen':
      return [0, 8, 21, longestQueue, longestQueue + 1];
    default:
      return undefined;
  }
}
