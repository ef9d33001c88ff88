import { readFileSync } from 'node:fs';

/**
 * The enumerators of a kernel header by name, in the order of the file; those that only mark an end are left out.
 * With a name, only those of the enum it is in.
 */
export function enumerators(path: string, holding?: string): ReadonlyMap<string, number> {
  const text = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const found = new Map<string, number>();
  for (const [, body = ''] of text.matchAll(/\benum\s*\w*\s*\{([^}]*)\}/g)) {
    if (holding !== undefined && !new RegExp(`\\b${holding}\\b`).test(body)) continue;
    let next = 0;
    for (const one of body.split(',')) {
      const [name = '', value] = one
        .replaceAll(/^\s*#.*$/gm, '')
        .trim()
        .split(/\s*=\s*/);
      if (!/^\w+$/.test(name)) continue;
      if (value !== undefined) next = numberFor(value, found);
      if (!name.startsWith('__')) found.set(name, next);
      next += 1;
    }
  }
  return found;
}

/** A number, or an enumerator of before. */
function numberFor(text: string, found: ReadonlyMap<string, number>): number {
  return found.get(text) ?? Number(text);
}
