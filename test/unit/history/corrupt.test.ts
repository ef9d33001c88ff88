import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { drift, everything, historyIn, scratchFolder, until } from './scratch.ts';

const PAGE = 4096;

function scribbleOver(path: string, fromPage: number, toPage: number): void {
  const fd = openSync(path, 'r+');
  for (let page = fromPage; page < toPage; page++) {
    writeSync(fd, Buffer.alloc(PAGE, 0xa5), 0, PAGE, page * PAGE);
  }
  closeSync(fd);
}

function corruptOnesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('history.db.corrupt-'));
}

test('a file full of rubbish is renamed at start, and history begins anew', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'history.db');
  writeFileSync(path, 'this is no database, and never was one. '.repeat(500));
  const { history, said } = historyIn(t, path);
  assert.match(
    said.join(),
    /^history\.db is corrupt \(.*\); it was renamed history\.db\.corrupt-\S+, a new one is begun$/,
  );
  history.record(drift('eth0'));
  history.flush();
  assert.equal(history.query(everything).length, 1);
  assert.equal(history.trouble(), null);
  const [name] = corruptOnesIn(folder);
  assert.match(
    readFileSync(join(folder, name as string), 'utf8'),
    /^this is no database/,
    'it is there to be looked at',
  );
  assert.equal(said.length, 1);
});

test('pages overwritten while vnetd was off are found at start, with rows that still could be read', (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'history.db');
  const first = historyIn(t, path);
  for (let i = 0; i < 5_000; i++) first.history.record(drift('eth0', i));
  first.history.record({ at: 5_000, id: null, event: 'config', generation: 12 });
  first.history.close();
  const pages = statSync(path).size / PAGE;
  scribbleOver(path, Math.floor(pages / 2), Math.floor(pages / 2) + 4);

  const { history, said } = historyIn(t, path);
  assert.equal(said.length, 1);
  assert.equal(corruptOnesIn(folder).length, 1);
  assert.equal(history.generation(), 12, 'the generation is not forgotten with the file');
  history.record(drift('eth1', 1));
  assert.equal(history.query(everything).length, 1);
});

test('a large file is looked at beside the work; what came meanwhile is in the new one', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'history.db');
  historyIn(t, path).history.close();
  const db = new Database(path);
  db.exec(`INSERT INTO happening (at, id, event, message)
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
           SELECT i, 'eth0', 'refused', hex(randomblob(500)) FROM n`);
  db.close();
  const { size } = statSync(path);
  assert.ok(size > 17 * 1024 * 1024, `${size} bytes`);
  scribbleOver(path, size / PAGE - 2000, size / PAGE - 1990);

  const { history, said } = historyIn(t, path);
  assert.deepEqual(said, [], 'opened without waiting for the check');
  for (let i = 0; i < 100; i++) history.record(drift('eth1', i));
  await until(() => said.length > 0, 'the fault is found');
  assert.match(said.join(), /is corrupt/);
  await until(
    () => history.query({ limit: 0 }).length === 100 && history.trouble() === null,
    'history goes on',
  );
  history.close();
  const again = historyIn(t, path);
  assert.equal(again.history.query(everything).length, 100);
});

test('corruption met while running puts the file aside too, and nothing is thrown', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'history.db');
  const { history, said } = historyIn(t, path);
  for (let i = 0; i < 20_000; i++) history.record(drift(`eth${i}`, i));
  history.flush();
  // Folded into the file, so that the pages under scrutiny are read from there.
  const other = new Database(path);
  other.pragma('wal_checkpoint(TRUNCATE)');
  other.close();
  scribbleOver(path, 2, statSync(path).size / PAGE);
  for (let i = 0; i < 2_000; i++) history.record(drift(`dummy${i}`, 30_000 + i));
  assert.equal(history.query(everything).length, 2_000, 'what waits is there still');
  assert.ok(corruptOnesIn(folder).length > 0, 'reading found it');
  await until(() => {
    history.flush();
    return history.query(everything).length === 2_000;
  }, 'what was recorded after is in the new file');
  assert.equal(corruptOnesIn(folder).filter((name) => !/-(wal|shm)$/.test(name)).length, 1);
  assert.match(said[0] ?? '', /is corrupt/);
});
