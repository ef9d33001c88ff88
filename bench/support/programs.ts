import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

const sources = join(root, 'bench/floor');
const built = join(root, 'build/bench');

/** Compiles a program of bench/floor, once a version of its sources, and gives its path. */
export function compiled(name: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(sources).sort()) {
    if (file.endsWith('.h') || file === `${name}.c`) hash.update(readFileSync(join(sources, file)));
  }
  const path = join(built, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(path)) return path;
  mkdirSync(built, { recursive: true });
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-o', `${path}.new`, join(sources, `${name}.c`)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  renameSync(`${path}.new`, path);
  return path;
}
