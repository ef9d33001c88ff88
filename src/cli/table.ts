import { type Colour, paint } from './colour.ts';
import type { Terminal } from './terminal.ts';
import { harmless, widthOf, wrap } from './width.ts';

export type Cell = string | number | { readonly text: string; readonly colour: Colour | undefined };

/** With less room than this, a last column goes under its row: a tower of single words is no help. */
const leastColumns = 24;

/** How far in it stands there. */
const under = 4;

const gap = '  ';

/** Rows under titles, without lines: columns stand in line, the last one wraps at the terminal's edge. */
export function table(
  titles: readonly string[],
  rows: readonly (readonly Cell[])[],
  { width, colour }: Pick<Terminal, 'width' | 'colour'>,
): string {
  const widths = titles.map((title, column) =>
    rows.reduce((most, row) => Math.max(most, widthOf(textOf(row[column]))), title.length),
  );
  const heading = titles.map((text): Cell => ({ text, colour: 'bold' }));
  return [heading, ...rows].map((row) => tableRow(row, widths, { width, colour })).join('');
}

/** One row, with its cells as wide as given; the last takes what is left. */
export function tableRow(
  row: readonly Cell[],
  widths: readonly number[],
  { width, colour }: Pick<Terminal, 'width' | 'colour'>,
): string {
  const last = row.length - 1;
  const head = row
    .slice(0, last)
    .map((cell, column) => padded(cell, widths[column] ?? 0, colour) + gap)
    .join('');
  const tail = row[last] ?? '';
  const text = textOf(tail);
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + gap.length, 0);
  const room = width === null ? Number.POSITIVE_INFINITY : width - before;
  const beside = room >= Math.min(leastColumns, widthOf(text));
  const indent = beside ? before : under;
  const lines = wrap(text, beside ? room : (width ?? 0) - under).map((line) =>
    paint(line, colourOf(tail), colour),
  );
  const joint = `\n${' '.repeat(indent)}`;
  return `${(head + (beside ? '' : joint) + lines.join(joint)).replace(/ +$/gm, '')}\n`;
}

function padded(cell: Cell, width: number, colours: boolean): string {
  const text = textOf(cell);
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  const painted = paint(text, colourOf(cell), colours);
  return typeof cell === 'number' ? space + painted : painted + space;
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return typeof cell === 'object' ? harmless(cell.text) : harmless(String(cell));
}

function colourOf(cell: Cell): Colour | undefined {
  return typeof cell === 'object' ? cell.colour : undefined;
}
