/** Where something was written: lines and columns count from 1, as editors do. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong with, or suspicious about, something that was written. */
export interface Complaint extends Place {
  readonly message: string;
  /** The line itself and a caret under what is meant, ready to print. */
  readonly excerpt?: string;
  /** A second place that has to do with it, such as the first of two declarations. */
  readonly also?: Place;
}
