import { Failure } from '../model/failure.ts';
import { Ending, exitFor } from './exit.ts';
import { run } from './run.ts';

// Whoever reads from us and has seen enough (`| head`) closes the pipe: no reason to complain.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = exitFor(error);
  const expected = error instanceof Ending || error instanceof Failure;
  const text = expected
    ? error.message
    : `internal error: ${error instanceof Error ? error.stack : String(error)}`;
  process.stderr.write(`vnetctl: ${text}\n`);
}
