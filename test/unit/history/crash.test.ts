import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { everything, historyIn, scratchFolder } from './scratch.ts';

const writer = fileURLToPath(new URL('./writer.js', import.meta.url));

test('kill -9 in the middle of writing loses nothing that was flushed, and corrupts nothing', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'history.db');
  for (const [round, enough] of [1_000, 4_000, 9_000].entries()) {
    const child = spawn(process.execPath, [writer, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    let flushed = 0;
    for await (const line of createInterface(child.stdout)) {
      flushed = Number(line);
      if (flushed >= enough) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

    const { history, said } = historyIn(t, path);
    const times = history.query(everything).map(({ at }) => at);
    history.close();
    assert.deepEqual(said, [], `round ${round}`);
    const highest = times.at(-1) ?? 0;
    assert.ok(highest >= flushed, `${flushed} were flushed, ${highest} are there`);
    assert.deepEqual(
      [...new Set(times)],
      Array.from({ length: highest }, (_, i) => i + 1),
      'none is missing',
    );
  }
  assert.deepEqual(readdirSync(folder), ['history.db'], 'nothing was put aside');
});
