#!/usr/bin/env -S node --no-opt --no-rehash-snapshot --min-semi-space-size=4
// Start-up is most of what it takes. What runs for 10 ms is over before optimized code is of use, and would only wait for
// its compiler; with room for what it makes it needs no garbage collector; and the strings in Node's snapshot keep the
// hashes they have (3 ms): that protects from strangers who choose keys, and here they come from vnetd and from root's files.
import { Failure } from '../model/failure.ts';
import { Ending, exitFor } from './exit.ts';
import { run } from './run.ts';

function tell(error: unknown): void {
  process.exitCode = exitFor(error);
  const expected = error instanceof Ending || error instanceof Failure;
  const text = expected
    ? error.message
    : `internal error: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`vnetctl: ${text}\n`);
}

// No `await` out here: scripts/bundle.mjs makes CommonJS of this, which has none.
run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
}, tell);
