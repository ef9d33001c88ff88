import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Vswitchd } from '../../../src/daemon/vswitchd.ts';

/** Whoever attends to the folder that has these files; each names the process that runs this test. */
function attending(t: TestContext, ...files: readonly string[]): { vswitchd: Vswitchd; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'vnetd-vswitchd-'));
  for (const file of files) writeFileSync(join(folder, file), `${process.pid}\n`);
  const vswitchd = new Vswitchd(join(folder, 'db.sock'), () => undefined);
  t.after(() => {
    vswitchd.close();
    rmSync(folder, { recursive: true });
  });
  return { vswitchd, folder };
}

test('where no process has a file nothing is known of ovs-vswitchd', (t) => {
  const { vswitchd } = attending(t);
  assert.deepEqual([vswitchd.isGone, vswitchd.isBeginning], [false, false]);
});

test('beside the file of a server there is one of ovs-vswitchd, or it does not run', (t) => {
  const { vswitchd, folder } = attending(t, 'ovsdb-server.pid');
  assert.equal(vswitchd.isGone, true);
  writeFileSync(join(folder, 'ovs-vswitchd.pid'), `${process.pid}\n`);
  vswitchd.look();
  assert.equal(vswitchd.isGone, false);
});

test('one that takes up changes runs, with a file or without', (t) => {
  const { vswitchd, folder } = attending(t, 'ovsdb-server.pid');
  vswitchd.tookUp();
  vswitchd.look();
  assert.equal(vswitchd.isGone, false);
  writeFileSync(join(folder, 'ovs-vswitchd.pid'), `${process.pid}\n`);
  vswitchd.look();
  rmSync(join(folder, 'ovs-vswitchd.pid'));
  vswitchd.look();
  assert.equal(vswitchd.isGone, true, 'the one that had a file is missed');
});

test('one that just began may have links to open until it takes up a change', (t) => {
  const { vswitchd } = attending(t, 'ovs-vswitchd.pid');
  assert.equal(vswitchd.isBeginning, true);
  vswitchd.tookUp();
  assert.equal(vswitchd.isBeginning, false);
});
