import type { StepDocument } from '../daemon/control/documents.ts';
import { fieldsText } from '../model/change-text.ts';
import type { Cell } from './table.ts';

export const stepTitles = ['OBJECT', 'STEP', 'WHAT', 'NOTE'] as const;

/** What one planned step says: to what, which, with what, and what is special about it. */
export function stepRow(step: StepDocument): readonly Cell[] {
  return [step.id, step.do, stepText(step), stepNote(step)];
}

function stepText(step: StepDocument): string {
  switch (step.do) {
    case 'create':
      return [`kind ${step.kind}`, ...fieldsText(step.fields)].join(', ');
    case 'set':
      return fieldsText(step.fields).join(', ');
    case 'add':
    case 'remove':
      return [`${step.list} ${step.entry}`, ...fieldsText(step.fields)].join(', ');
    case 'rename':
    case 'move':
      return `from ${step.from}`;
    case 'release-members':
    case 'return-members':
      return step.members.join(', ');
    case 'delete':
    case 'down':
    case 'up':
      return '';
    default:
      return step satisfies never;
  }
}

function stepNote({ disruptive, withheld }: StepDocument): Cell {
  const words = [disruptive ? 'disruptive' : '', withheld === null ? '' : `not done now: ${withheld}`];
  const text = words.filter((word) => word !== '').join('; ');
  return { text, colour: withheld === null ? 'yellow' : 'red' };
}
