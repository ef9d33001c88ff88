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

/** Where something is wrong; what is about a file or folder as a whole is at its beginning, with no line to show. */
export function whereText({ file, line, column, excerpt }: Complaint): string {
  const isWhole = excerpt === undefined && line === 1 && column === 1;
  return isWhole ? file : `${file}:${line}:${column}`;
}
