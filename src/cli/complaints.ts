import { type Complaint, whereText } from '../model/place.ts';
import { type Colour, paint } from './colour.ts';
import { harmless } from './width.ts';

/** Complaints about what was written, each with its place, the line itself and a caret. */
export function complaintText(
  complaints: readonly Complaint[],
  severity: 'error' | 'warning',
  colours: boolean,
): string {
  const colour: Colour = severity === 'error' ? 'red' : 'yellow';
  return complaints
    .map((complaint) => {
      const { message, excerpt } = complaint;
      const place = paint(`${harmless(whereText(complaint))}:`, 'bold', colours);
      const head = `${place} ${paint(`${severity}:`, colour, colours)} ${harmless(message)}\n`;
      const quoted = excerpt === undefined ? '' : indented(excerpt);
      return head + quoted;
    })
    .join('');
}

/** Sentences about the daemon itself. */
export function notesText(notes: readonly string[], colours: boolean): string {
  return notes.map((note) => `${paint('note:', 'yellow', colours)} ${harmless(note)}\n`).join('');
}

function indented(excerpt: string): string {
  const lines = excerpt.replace(/\n$/, '').split('\n');
  return lines.map((line) => `    ${line.split('\t').map(harmless).join('\t')}\n`).join('');
}
