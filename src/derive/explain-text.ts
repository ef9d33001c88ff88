import { type ExplainedKey, type ExplainedKind, type Explanation, explainList } from './explain.ts';
import { references } from './namespace-body.ts';

/** Longest line a sentence is broken to. */
const WIDTH = 100;

/** An explanation as text for a terminal, or for a page. */
export function explanationText(explanation: Explanation): string {
  switch (explanation.is) {
    case 'kinds':
      return table(explanation.kinds.map(({ name, summary }) => [name, summary]));
    case 'kind':
      return kindText(explanation);
    case 'key':
      return keyText(explanation.path, explanation.key);
    case 'group':
      return `${explanation.path}\n${indented(explanation.doc)}${keysText(explanation.keys)}`;
    case 'unknown':
      return `${explanation.message}\n`;
    default:
      return explanation satisfies never;
  }
}

function kindText(kind: ExplainedKind): string {
  const { members } = kind;
  const parts = [`${kind.name}\n${indented(kind.summary)}${indented(kind.when)}`];
  if (kind.knows.length > 0) parts.push(kind.knows.map(indented).join(''));
  if (kind.module !== null) parts.push(`Comes with the kernel module ${kind.module}.\n`);
  if (kind.since !== null) parts.push(`Since Linux ${kind.since}.\n`);
  if (kind.under === 'namespaces') {
    parts.push(`It stands under \`${kind.under}\`, by name. In it:\n${keysText(kind.keys)}`);
    parts.push(`From one namespace to another:\n${indented(references.join(' '))}`);
    return parts.join('\n');
  }
  for (const [key, why] of Object.entries(kind.lacks)) parts.push(`There is no \`${key}\`: ${why}.\n`);
  if (kind.keys.length > 0) parts.push(`Keys:\n${keysText(kind.keys)}`);
  for (const list of kind.ownLists) {
    const { doc, keys } = explainList(list);
    parts.push(`${list}, a list:\n${indented(doc)}${keysText(keys)}`);
  }
  if (members !== null) {
    parts.push(`Members stand under \`${members.list}\`, or name this link as their \`master\`.\n`);
    if (members.port !== null)
      parts.push(`Keys of a member, under \`${members.port.key}\`:\n${keysText(members.port.keys)}`);
  }
  if (kind.parts !== null)
    parts.push(
      `Its ${kind.parts.list} stand under \`${kind.parts.list}\`, each an object of its own, of kind ${kind.parts.kind}.\n`,
    );
  const isPart = kind.under === 'ports';
  const whose = isPart ? 'every link, where it has a link of its own' : 'every link';
  const own = isPart ? [] : ['kind'];
  parts.push(
    `Keys of ${whose}:\n${indented([...own, ...kind.everyLink, ...kind.lists, 'on_drift', 'exclusive'].join(' '))}`,
  );
  return parts.join('\n');
}

function keyText(path: string, key: ExplainedKey): string {
  const facts: [string, string | null][] = [
    ['takes', key.takes],
    ['required', key.required ? 'yes' : null],
    ['changed', key.change],
    ['noticed', key.notice],
    ['since', key.since === null ? null : `Linux ${key.since}`],
    ['needs', key.config === null ? null : `a kernel with ${key.config}`],
    ['also', key.also.length === 0 ? null : key.also.join(', ')],
  ];
  const rows = facts.flatMap(([name, fact]) => (fact === null ? [] : [[name, fact] as const]));
  return `${path}\n${indented(key.doc)}${table(rows)}`;
}

function keysText(keys: readonly ExplainedKey[]): string {
  return table(keys.map(({ key, doc, required }) => [key, required ? `${doc} Must be written.` : doc]));
}

/** Two columns, the second broken into lines of its own. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  return rows
    .map(([name, text]) => {
      const lines = broken(text, WIDTH - width - 2);
      return lines.map((line, i) => `  ${(i === 0 ? name : '').padEnd(width)}${line}\n`).join('');
    })
    .join('');
}

function indented(text: string): string {
  return broken(text, WIDTH - 2)
    .map((line) => `  ${line}\n`)
    .join('');
}

function broken(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
