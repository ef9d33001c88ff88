import type { OnDrift } from '../model/declaration.ts';
import { didYouMean } from '../model/nearest.ts';
import { Misfit, nameOf, textWritten, type Written } from '../model/written.ts';

export const onDriftWords = ['restore', 'alert', 'ignore'] as const satisfies readonly OnDrift[];

/** What to do about drift, as written; throws a Misfit. */
export function readOnDrift(written: Written): OnDrift {
  const text = textWritten(written, `one of ${onDriftWords.join(', ')}`);
  const word = onDriftWords.find((one) => one === text);
  if (word !== undefined) return word;
  throw new Misfit(
    written,
    `${nameOf(written)} is not one of ${onDriftWords.join(', ')}${didYouMean(text, onDriftWords)}`,
  );
}
