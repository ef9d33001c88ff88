import { run } from '../support/command.ts';
import type { Namespace } from '../support/namespace.ts';

/** Words as one line of `ip -batch`. */
export function line(...words: readonly string[]): string {
  return words.map((word) => (/^[\w.,:+-]+$/.test(word) ? word : `'${word}'`)).join(' ');
}

/**
 * Runs lines of `ip -batch`, each for itself: one the kernel refuses, or ip(8) cannot read, is passed over.
 * ip goes on where the kernel refuses, and ends at what it cannot read itself; then another takes up behind it.
 * A process for each line would take most of the time of the whole test.
 */
export async function eachLine(ns: Namespace, lines: readonly string[]): Promise<void> {
  // Behind each line `lo` is shown, so that it is known how far ip came.
  const mark = 'link show dev lo';
  for (let from = 0; from < lines.length; ) {
    const input = lines.slice(from).map((one) => `${one}\n${mark}\n`);
    const { stdout } = await run([...ns.enter, 'ip', '-force', '-batch', '-'], { input: input.join('') });
    from += (stdout.match(/^\d+: lo:/gm)?.length ?? 0) + 1;
  }
}
