import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { knownVersion } from '../../../src/history/schema.ts';
import { drift, everything, historyIn, scratchFolder } from './scratch.ts';

test('the file of a later vnetd is left as it is, and history kept beside it', (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, 'history.db');
  const db = new Database(path);
  db.exec('CREATE TABLE of_the_future (anything)');
  db.pragma(`user_version = ${knownVersion + 1}`);
  db.close();
  const before = readFileSync(path);

  const { history, said } = historyIn(t, path);
  history.record(drift('eth0', 1));
  history.close();
  assert.deepEqual(readFileSync(path), before);
  assert.deepEqual(readdirSync(folder).sort(), ['history.db', `history.v${knownVersion}.db`]);
  assert.match(said.join('\n'), /^history\.db is of a later vnetd .*; history is kept in history\.v\d+\.db$/);

  const again = historyIn(t, path);
  assert.equal(again.history.query(everything).length, 1, 'found again at the next start');
  assert.match(again.history.trouble() ?? '', /later vnetd/);
});

test('a file without tables yet is given them, and its version', (t) => {
  const path = join(scratchFolder(t), 'history.db');
  new Database(path).close();
  historyIn(t, path).history.close();
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  assert.equal(db.pragma('user_version', { simple: true }), knownVersion);
  assert.equal(db.pragma('auto_vacuum', { simple: true }), 2, 'incremental');
  assert.equal(db.pragma('journal_mode', { simple: true }), 'wal');
});
