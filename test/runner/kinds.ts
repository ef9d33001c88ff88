import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KernelName } from '../lab/kernels.ts';
import { root } from './jobs.ts';
import type { TestResult } from './results.ts';

/** The names of the kinds in the registry. */
export async function readKinds(): Promise<string[]> {
  const registry = join(root, 'dist/src/reconcilers/index.js');
  if (!existsSync(registry)) {
    return [];
  }
  const { kinds }: { kinds: Record<string, { name: string }> } = await import(pathToFileURL(registry).href);
  return Object.values(kinds).map(({ name }) => name);
}

/** Lines of a table that says how many tests of a kind passed on each kernel. */
export function kindTable(kinds: readonly string[], results: readonly TestResult[]): string[] {
  const passed = results.filter(({ state }) => state === 'passed');
  const kernels = [
    ...new Set(passed.filter((test) => test.kinds.length > 0).map(({ kernel }) => kernel)),
  ].sort();
  const rows = [...new Set([...kinds, ...passed.flatMap((test) => test.kinds)])].sort();
  const count = (kind: string, kernel: KernelName) =>
    passed.filter((test) => test.kernel === kernel && test.kinds.includes(kind)).length;
  return rows.map((kind) => {
    const cells = kernels.map((kernel) => `${kernel} ${count(kind, kernel) || '-'}`.padEnd(14));
    return `${kind.padEnd(14)}${cells.join('')}`.trimEnd();
  });
}

export function untestedKinds(kinds: readonly string[], results: readonly TestResult[]): string[] {
  const tested = new Set(results.filter(({ state }) => state === 'passed').flatMap((test) => test.kinds));
  return kinds.filter((kind) => !tested.has(kind));
}
