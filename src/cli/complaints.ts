import type { Complaint } from '../model/place.ts';
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
    .map(({ file, line, column, message, excerpt, also }) => {
      const place = paint(`${harmless(file)}:${line}:${column}:`, 'bold', colours);
      const head = `${place} ${paint(`${severity}:`, colour, colours)} ${harmless(message)}\n`;
      const quoted = excerpt === undefined ? '' : indented(excerpt);
      const other =
        also === undefined ? '' : `    see also ${harmless(also.file)}:${also.line}:${also.column}\n`;
      return head + quoted + other;
    })
    .join('');
}

function indented(excerpt: string): string {
  const lines = excerpt.replace(/\n$/, '').split('\n');
  return lines.map((line) => `    ${line.split('\t').map(harmless).join('\t')}\n`).join('');
}
