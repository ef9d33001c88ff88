import { type Colour, paint } from './colour.ts';
import type { Terminal } from './terminal.ts';
import { harmless, isPlain, widthOf, wrap } from './width.ts';

export type Cell = string | number | { readonly text: string; readonly colour: Colour | undefined };

type Paper = Pick<Terminal, 'width' | 'colour'>;

/** With less room than this, a last column goes under its row: a tower of single words is no help. */
const leastColumns = 24;

/** How far in it stands there. */
const under = 4;

const gap = '  ';

const trailing = / +$/gm;

/**
 * Rows under titles, without lines: columns stand in line, the last one wraps at the terminal's edge.
 * A row without cells is an empty line.
 *
 * A thousand rows go through here before V8 has compiled anything: loops, and few calls a cell.
 */
export function table(titles: readonly string[], rows: readonly (readonly Cell[])[], paper: Paper): string {
  const cells = [titles.map((text): Cell => ({ text, colour: 'bold' })), ...rows];
  const texts = cells.map((row) => row.map(textOf));
  const widths = titles.map(() => 0);
  for (const row of texts) {
    for (let column = 0; column < row.length; column++) {
      const width = widthOf(row[column] as string);
      if (width > (widths[column] as number)) widths[column] = width;
    }
  }
  let whole = '';
  for (let row = 0; row < cells.length; row++) {
    whole += rowText(cells[row] as readonly Cell[], texts[row] as readonly string[], widths, paper);
  }
  return whole.replace(trailing, '');
}

/** One row, with its cells as wide as given; the last takes what is left. */
export function tableRow(row: readonly Cell[], widths: readonly number[], paper: Paper): string {
  return rowText(row, row.map(textOf), widths, paper).replace(trailing, '');
}

/** What stands in a cell, with nothing in it a terminal would act on. */
function textOf(cell: Cell): string {
  const text = typeof cell === 'object' ? cell.text : String(cell);
  return isPlain(text) ? text : harmless(text);
}

function rowText(
  row: readonly Cell[],
  texts: readonly string[],
  widths: readonly number[],
  paper: Paper,
): string {
  const last = row.length - 1;
  let line = '';
  let before = 0;
  for (let column = 0; column < last; column++) {
    const cell = row[column] as Cell;
    const text = texts[column] as string;
    const width = widths[column] ?? 0;
    // Padding counts UTF-16 units, a terminal columns.
    const units = width + text.length - widthOf(text);
    if (typeof cell === 'object')
      line += paint(text, cell.colour, paper.colour) + ''.padEnd(units - text.length);
    else line += typeof cell === 'number' ? text.padStart(units) : text.padEnd(units);
    line += gap;
    before += width + gap.length;
  }
  const tail = row[last];
  const colour = typeof tail === 'object' ? tail.colour : undefined;
  return `${line}${tailText(texts[last] ?? '', colour, before, paper)}\n`;
}

/** The last cell, which begins so many columns from the left. */
function tailText(text: string, colour: Colour | undefined, before: number, paper: Paper): string {
  const room = paper.width === null ? Number.POSITIVE_INFINITY : paper.width - before;
  const width = widthOf(text);
  if (width <= room) return paint(text, colour, paper.colour);
  const beside = room >= Math.min(leastColumns, width);
  const lines = wrap(text, beside ? room : (paper.width ?? 0) - under).map((line) =>
    paint(line, colour, paper.colour),
  );
  const joint = `\n${' '.repeat(beside ? before : under)}`;
  return (beside ? '' : joint) + lines.join(joint);
}
