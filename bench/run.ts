/** `make bench`: measures the figures asked for, or all, and writes bench/results.md and a plot each. */
import { drift } from './drift.ts';
import { fromNothing } from './from-nothing.ts';
import { history } from './history.ts';
import { idle } from './idle.ts';
import { leak } from './leak.ts';
import { loss } from './loss.ts';
import { namespaces } from './namespaces.ts';
import { oneFile } from './one-file.ts';
import { ovsDrift } from './ovs-drift.ts';
import { ovsFromNothing } from './ovs-from-nothing.ts';
import { removal } from './removal.ts';
import { restart } from './restart.ts';
import { status } from './status.ts';
import { storm } from './storm.ts';
import type { Figure } from './support/figure.ts';
import { becomeQuiet } from './support/quiet.ts';
import { record } from './support/results.ts';
import { sweepUp } from './support/scratch.ts';

const figures: readonly Figure[] = [
  drift,
  fromNothing,
  restart,
  storm,
  loss,
  removal,
  oneFile,
  idle,
  leak,
  history,
  status,
  namespaces,
  ovsDrift,
  ovsFromNothing,
];

async function main(args: readonly string[]): Promise<number> {
  const quick = args.includes('--quick');
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.find((name) => !figures.some((figure) => figure.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`no figure ${unknown}; there are ${figures.map(({ name }) => name).join(' ')}\n`);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write('make bench needs root: it makes network namespaces.\n');
    return 1;
  }
  // For this Node 20 reads all certificates there are at each start, which takes twice as long as all else, and flatters
  // whatever is put beside an empty Node.
  delete process.env.NODE_EXTRA_CA_CERTS;
  sweepUp();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      sweepUp();
      process.exit(1);
    });
  }
  let failed = 0;
  for (const figure of figures) {
    if (asked.length > 0 && !asked.includes(figure.name)) continue;
    const begun = performance.now();
    process.stdout.write(`${figure.title}\n`);
    try {
      await becomeQuiet();
      const findings = await figure.measure({ quick });
      record(figure, findings, { quick, order: figures });
      for (const { what, measured, reference, met } of findings.rows) {
        const verdict = met === null ? '' : met ? 'reached' : 'NOT reached';
        process.stdout.write(
          `  ${what}: ${measured}${reference === null ? '' : ` | ${reference}`}  ${verdict}\n`,
        );
      }
    } catch (error) {
      failed += 1;
      process.stdout.write(`  could not be measured: ${error instanceof Error ? error.stack : error}\n`);
    }
    process.stdout.write(`  (${((performance.now() - begun) / 1000).toFixed(0)} s)\n`);
  }
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
