/** A recipe of docs/cookbook.md, as it stands there. */
export interface Recipe {
  readonly title: string;
  /** Each is a whole way to make the world by commands. */
  readonly commands: readonly string[];
  /** What replaces them, a file each. */
  readonly yaml: readonly string[];
  /** What somebody does once, after the links are there and before the trial. */
  readonly meanwhile: string;
  readonly trial: readonly Attempt[];
}

/** A line of a trial: it succeeds, or has to fail; on this host, or on another one of its network. */
export interface Attempt {
  readonly command: string;
  readonly succeeds: boolean;
  readonly elsewhere: boolean;
}

interface Block {
  readonly language: string;
  readonly text: string;
}

/**
 * Reads the recipes out of the document: the sections that have code.
 * `sh` before the YAML are the commands (several: any of them), the last `sh` behind it is the trial, one between comes before it.
 * Throws where one of the three is missing.
 */
export function readRecipes(markdown: string): Recipe[] {
  const sections = markdown.split(/^#{2,} /m).slice(1);
  return sections.flatMap((section) => {
    const title = section.slice(0, section.indexOf('\n')).trim();
    const blocks = blocksOf(section);
    return blocks.length === 0 ? [] : [recipeOf(title, blocks)];
  });
}

function blocksOf(section: string): Block[] {
  return [...section.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

function recipeOf(title: string, blocks: readonly Block[]): Recipe {
  const isYaml = ({ language }: Block) => language === 'yaml';
  const textOf = ({ text }: Block) => text;
  const isShell = ({ language }: Block) => language === 'sh';
  const commands = blocks.slice(0, blocks.findIndex(isYaml)).filter(isShell).map(textOf);
  const behind = blocks.slice(blocks.findLastIndex(isYaml) + 1).filter(isShell);
  const trial = behind.at(-1)?.text.trim().split('\n').map(attemptOf) ?? [];
  if (!blocks.some(isYaml) || commands.length === 0 || trial.length === 0)
    throw new Error(`cookbook: \`${title}\` lacks commands, YAML or a trial`);
  const meanwhile = behind.slice(0, -1).map(textOf).join('');
  return { title, commands, yaml: blocks.filter(isYaml).map(textOf), meanwhile, trial };
}

function attemptOf(line: string): Attempt {
  const [, command = '', remark = ''] = /^(.*?)(?:\s+# (.*))?$/.exec(line) ?? [];
  return {
    command,
    succeeds: !remark.startsWith('no answer'),
    elsewhere: remark.startsWith('from another host'),
  };
}
