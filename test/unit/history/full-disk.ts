/** Parts of disk.test.ts that need a tiny disk of their own: full-disk.js PART FOLDER. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openHistory } from '../../../src/history/history.ts';
import { drift, everything, generous, until } from './scratch.ts';

const [, , part, folder] = process.argv as [string, string, string, string];
const path = join(folder, 'history.db');
const ballast = join(folder, 'ballast');
const said: string[] = [];
const recovered: string[] = [];

function open(mostWaiting = 65_536) {
  return openHistory({
    path,
    settings: generous,
    mostWaiting,
    onTrouble: (sentence) => said.push(sentence),
    onRecovery: (sentence) => recovered.push(sentence),
  });
}

function fillDisk(): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize, 1));
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  async 'room-again'() {
    const history = open();
    for (let i = 1; i <= 500; i++) history.record(drift('eth0', i));
    history.flush();
    fillDisk();
    for (let i = 501; i <= 3_000; i++) history.record(drift('eth0', i));
    history.flush();
    assert.equal(history.query(everything).length, 3_000, 'reads see what waits');
    assert.match(history.trouble() ?? '', /the disk of .* is full; events wait in memory$/);
    for (let i = 0; i < 3; i++) history.flush();
    assert.equal(said.length, 1, said.join('\n'));
    rmSync(ballast);
    await until(() => history.trouble() === null, 'tried again by itself');
    assert.deepEqual(recovered, ['history is written again; no events were lost']);
    history.close();
    const again = open();
    assert.deepEqual(
      again.query(everything).map(({ at }) => at),
      Array.from({ length: 3_000 }, (_, i) => i + 1),
    );
    again.close();
    assert.equal(said.length, 1, said.join('\n'));
  },

  async 'stays-full'() {
    const history = open(1_000);
    history.record(drift('eth0', 0));
    history.flush();
    fillDisk();
    // So many that some are written into what is left of the log, and the rest finds no room.
    for (let i = 1; i <= 5_000; i++) history.record(drift('eth0', i));
    history.flush();
    const kept = history.query(everything).map(({ at }) => at);
    assert.equal(kept.at(-1), 5_000);
    assert.ok(kept.length >= 900, `${kept.length} are kept`);
    assert.match(history.trouble() ?? '', /; \d+ events could not be kept$/);
    rmSync(ballast);
    history.flush();
    assert.equal(history.trouble(), null);
    const lost = Number(/(\d+) events were lost/.exec(recovered.join())?.[1]);
    assert.equal(history.query(everything).length + lost, 5_001, 'every loss is counted');
    history.close();
  },

  async 'full-from-the-start'() {
    fillDisk();
    const history = open();
    history.record(drift('eth0', 1));
    history.flush();
    assert.equal(said.length, 1, said.join('\n'));
    rmSync(ballast);
    await until(() => history.trouble() === null, 'tried again by itself');
    history.close();
    assert.ok(existsSync(path));
    const again = open();
    assert.equal(again.query(everything).length, 1);
    again.close();
  },

  async 'read-only'() {
    // The log is open for writing, which keeps the disk from being remounted; so vnetd starts on it read-only.
    const first = open();
    first.record(drift('eth0', 1));
    first.close();
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const history = open();
    history.record(drift('eth0', 2));
    history.flush();
    assert.match(said.join('\n'), /^history cannot be kept in .*EROFS.*; events wait in memory$/);
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    await until(() => history.trouble() === null, 'tried again by itself');
    assert.equal(history.query(everything).length, 2);
    history.close();
  },
};

await (parts[part] as () => Promise<void>)();
