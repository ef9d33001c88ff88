#!/usr/bin/env -S node --max-semi-space-size=1
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { startKeeper } from './keeper-handle.ts';
import { beTheOnlyOne } from './only-one.ts';
import { type Options, readOptions, usage } from './options.ts';
import { Pulse } from './pulse.ts';

/** Exit codes: 0 good, 1 not so, 2 usage, 4 internal. */
const exitCodes = { usage: 2, internal: 4 } as const;

/** Runs vnetd with these arguments until it ends; the process's exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args, process.env);
    if (options === 'help' || options === 'version') {
      process.stdout.write(`${options === 'help' ? usage : version()}\n`);
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`vnetd: ${error.message}\n${error.code === 'usage' ? 'Try `vnetd --help`.\n' : ''}`);
    return exitCodes[error.code as keyof typeof exitCodes] ?? 1;
  }
}

/** The keeper's thread reads the world while this one still loads what it is made of. */
async function run(options: Options): Promise<number> {
  if (process.getuid?.() !== 0)
    throw new Failure('no-permission', 'vnetd changes links and must be started as root');
  beTheOnlyOne(options.runtimeDirectory);
  const pulse = new Pulse(Pulse.memory());
  const keeper = startKeeper({
    runtimeDirectory: options.runtimeDirectory,
    configDirectory: options.configDirectory,
    ovsdb: options.ovsdb,
    pulse: pulse.memory,
  });
  try {
    const { runDaemon } = await import('./daemon.ts');
    return await runDaemon(options, { version: version(), keeper, pulse });
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}

function version(): string {
  const root = join(import.meta.dirname, '../../..');
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
