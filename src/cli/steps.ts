import type { StepDocument } from '../daemon/control/documents.ts';
import { fieldsText } from '../model/change-text.ts';
import type { Values } from '../model/value.ts';
import { type Cell, table } from './table.ts';
import type { Terminal } from './terminal.ts';

const titles = ['OBJECT', 'STEP', 'WHAT', 'NOTE'];

/** Planned steps, each with what it is done to, which it is, with what, and what is special about it. */
export async function stepsTable(steps: readonly StepDocument[], terminal: Terminal): Promise<string> {
  // The tables take longer to load than all else here.
  const { folded } = steps.some(({ do: verb }) => verb === 'create' || verb === 'set')
    ? await import('../derive/folded.ts')
    : { folded: (_: string, fields: Values) => fields };
  const rows = steps.map((step): readonly Cell[] => [
    step.id,
    step.do,
    stepText(step, folded),
    stepNote(step),
  ]);
  return table(titles, rows, terminal);
}

function stepText(step: StepDocument, folded: (kind: string, fields: Values) => Values): string {
  switch (step.do) {
    case 'create': {
      const made = [`kind ${step.kind}`, ...fieldsText(folded(step.kind, step.fields))].join(', ');
      return step.then === undefined
        ? made
        : `${made}; then ${fieldsText(folded(step.kind, step.then)).join(', ')}`;
    }
    case 'set':
      return fieldsText(folded(step.kind, step.fields)).join(', ');
    case 'add':
    case 'remove':
      return [`${step.list} ${step.entry}`, ...fieldsText(step.fields)].join(', ');
    case 'rename':
    case 'move':
      return `from ${step.from}`;
    case 'release-members':
    case 'return-members':
      return step.members.join(', ');
    case 'attach':
      return `${step.link}: ${attachWords[step.phase]}`;
    case 'delete':
    case 'disown':
    case 'down':
    case 'up':
      return '';
    default:
      return step satisfies never;
  }
}

const attachWords = {
  'let go': 'let it go, to take it in anew',
  'take in': 'take it in anew',
  settle: 'leave it its port number',
} as const;

function stepNote({ disruptive, withheld }: StepDocument): Cell {
  const words = [disruptive ? 'disruptive' : '', withheld === null ? '' : `not done now: ${withheld}`];
  const text = words.filter((word) => word !== '').join('; ');
  return { text, colour: withheld === null ? 'yellow' : 'red' };
}
