import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Figure, Findings } from './figure.ts';
import { plotOf } from './plot.ts';
import { root } from './root.ts';

const folder = join(root, 'bench');
const file = join(folder, 'results.md');
const head = '# What vnetd costs, measured';

/** Draws the plot of a figure and puts its section in bench/results.md, in place of an older one. */
export function record(
  figure: Figure,
  findings: Findings,
  { quick, order }: { readonly quick: boolean; readonly order: readonly Figure[] },
): void {
  mkdirSync(join(folder, 'plots'), { recursive: true });
  writeFileSync(join(folder, 'plots', `${figure.name}.svg`), plotOf(findings.chart));
  const sections = existing();
  sections.set(figure.title, sectionOf(figure, findings, quick));
  const inOrder = order.flatMap(({ title }) => sections.get(title) ?? []);
  const verdicts = (word: string) => inOrder.join('\n').split(`| ${word} |`).length - 1;
  const [reached, missed] = [verdicts('reached'), verdicts('**not reached**')];
  const summary = [
    head,
    '',
    'Written by `make bench`; how each figure is taken stands in [README.md](README.md).',
    `Of ${reached + missed} aims ${reached} are reached.`,
    '',
  ];
  writeFileSync(file, `${summary.join('\n')}\n${inOrder.join('\n')}`);
}

/** The sections the file has, by title. */
function existing(): Map<string, string> {
  const sections = new Map<string, string>();
  if (!existsSync(file)) return sections;
  for (const section of readFileSync(file, 'utf8').split(/^(?=## )/m)) {
    const [, title] = /^## (.*)\n/.exec(section) ?? [];
    if (title !== undefined) sections.set(title, `${section.trimEnd()}\n`);
  }
  return sections;
}

function sectionOf({ name, title }: Figure, { rows, notes }: Findings, quick: boolean): string {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const verdict = (met: boolean | null) => (met === null ? '' : met ? 'reached' : '**not reached**');
  const lines = [
    `## ${title}`,
    '',
    `${machine()}; ${date} UTC; commit ${commit()}${quick ? '; a quick run, with few samples' : ''}.`,
    `Again: \`make bench FIGURES=${name}${quick ? ' QUICK=1' : ''}\``,
    '',
    '| what | measured | reference | aim | |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ what, measured, reference, aim, met }) =>
        `| ${what} | ${measured} | ${reference ?? '–'} | ${aim} | ${verdict(met)} |`,
    ),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
    `![${title}](plots/${name}.svg)`,
  ];
  return `${lines.join('\n')}\n`;
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'native') === '' ? '' : ' with changes';
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
}

function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}
