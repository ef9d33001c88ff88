import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { KernelName } from '../lab/kernels.ts';
import { type Marker, readMarker } from './marker.ts';

export const root = resolve(import.meta.dirname, '../../..');

/** One process of Node to run: some test files here, or one of them on a kernel. */
export type Job =
  | { readonly on: 'here'; readonly name: string; readonly files: readonly string[] }
  | {
      readonly on: KernelName;
      readonly name: string;
      readonly files: readonly [string];
      readonly marker: Marker;
    };

const here = ['unit', 'golden', 'property'];
const booted = ['kernel', 'system'];

/** What to run: `files` and `kernels` choose, where they are not empty. Files are compiled ones, from the root. */
export interface Choice {
  readonly files: readonly string[];
  readonly kernels: readonly KernelName[];
}

/** Makes the jobs; throws where a file does not say on which kernels it runs, or is not there. */
export function findJobs(choice: Choice): Job[] {
  const every = [...here, ...booted].flatMap(testFiles);
  for (const file of choice.files) {
    if (!every.includes(file)) {
      throw new Error(`no test file ${sourceOf(file)}`);
    }
  }
  const chosen = every.filter((file) => choice.files.length === 0 || choice.files.includes(file));
  const onKernel = (name: KernelName) => choice.kernels.length === 0 || choice.kernels.includes(name);

  const jobs: Job[] = [];
  const quick = chosen.filter((file) => here.includes(roomOf(file)));
  if (quick.length > 0 && onKernel('host')) {
    const name = here.filter((room) => quick.some((file) => roomOf(file) === room)).join(', ');
    jobs.push({ on: 'here', name, files: quick });
  }
  for (const file of chosen.filter((file) => booted.includes(roomOf(file)))) {
    const marker = markerOf(file);
    for (const on of marker.kernels.filter(onKernel)) {
      jobs.push({ on, name: sourceOf(file), files: [file], marker });
    }
  }
  return jobs;
}

/** The source, from the checkout's root, of a test file given by its source or what it was compiled to. */
export function sourceOf(file: string): string {
  return relative(root, resolve(root, file))
    .replace(/^dist\//, '')
    .replace(/\.js$/, '.ts');
}

export function compiledOf(file: string): string {
  return `dist/${sourceOf(file).replace(/\.ts$/, '.js')}`;
}

function roomOf(file: string): string {
  return file.split('/')[2] ?? '';
}

function markerOf(file: string): Marker {
  try {
    return readMarker(readFileSync(join(root, sourceOf(file)), 'utf8'));
  } catch (error) {
    throw new Error(`${sourceOf(file)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function testFiles(room: string): string[] {
  const folder = join(root, 'dist/test', room);
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.js'))
    .map((path) => `dist/test/${room}/${path}`)
    .sort();
}
