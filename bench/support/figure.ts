import type { Chart } from './plot.ts';

/** How much is measured: everything, or enough to see that nothing broke. */
export interface Effort {
  readonly quick: boolean;
}

/** One row of a figure. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** What it is compared with, as measured in the same run; null where there is nothing to compare with. */
  readonly reference: string | null;
  readonly aim: string;
  /** Whether the aim is reached; null where there is none, or it could not be measured. */
  readonly met: boolean | null;
}

/** What a figure found. */
export interface Findings {
  readonly rows: readonly Row[];
  /** Sentences for the reader: what was left out, and why. */
  readonly notes: readonly string[];
  readonly chart: Chart;
}

/** One thing that is measured; the name is that of its file and of its plot. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  measure(effort: Effort): Promise<Findings>;
}
