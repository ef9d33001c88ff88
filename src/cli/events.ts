import type { EventDocument } from '../daemon/control/documents.ts';
import type { EventName } from '../model/event.ts';
import { eventText } from '../model/event-text.ts';
import type { Colour } from './colour.ts';
import { type Cell, tableRow } from './table.ts';
import type { Terminal } from './terminal.ts';
import { localTime } from './time.ts';
import { widthOf } from './width.ts';

const colours: Partial<Record<EventName, Colour>> = {
  drift: 'yellow',
  restored: 'green',
  refused: 'red',
  contested: 'red',
};

/** What one line of history says: when, what, which event, and the event in words. */
export function eventRow(event: EventDocument): readonly Cell[] {
  return [
    { text: localTime(event.at), colour: 'gray' },
    event.id ?? '-',
    { text: event.event, colour: colours[event.event] },
    eventText(event),
  ];
}

export const eventTitles = ['WHEN', 'OBJECT', 'EVENT', 'WHAT'] as const;

/** Writes events as they come, under titles; columns widen with what has come so far. */
export function eventWriter(terminal: Terminal): (event: EventDocument) => void {
  const widths = ['2026-11-21 01:02:03.456'.length, 12, 'contested'.length];
  let begun = false;
  const write = (row: readonly Cell[]) => {
    row.slice(0, widths.length).forEach((cell, column) => {
      const text = typeof cell === 'object' ? cell.text : String(cell);
      widths[column] = Math.max(widths[column] ?? 0, widthOf(text));
    });
    terminal.write(tableRow(row, widths, terminal));
  };
  return (event) => {
    if (!begun) write(eventTitles.map((text): Cell => ({ text, colour: 'bold' })));
    begun = true;
    write(eventRow(event));
  };
}
