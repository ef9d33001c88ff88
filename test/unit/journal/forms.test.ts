import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { formFor } from '../../../src/daemon/journal/mouths.ts';
import { openJournal } from '../../../src/daemon/journal.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { Happening } from '../../../src/model/event.ts';
import { fieldsIn, receiver } from './datagrams.ts';

const drift: Happening = {
  at: Date.parse('2026-11-21T01:02:03.456Z'),
  id: asObjectId('bond1'),
  event: 'drift',
  kind: 'bond',
  changes: [{ key: 'mtu', wanted: 9000, found: 1500 }],
  by: { pid: 4242, command: 'ip link set bond1 mtu 1500', uid: 0 },
};
const restored: Happening = { ...drift, event: 'restored', micros: 412, disruptive: false };

/** A file to speak into, and what was said. */
function fileFor(context: TestContext): { readonly fd: number; said(): string[]; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'vnetd-journal-'));
  const path = join(folder, 'said');
  const fd = openSync(path, 'a');
  context.after(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  return { fd, path, said: () => readFileSync(path, 'utf8').split('\n').slice(0, -1) };
}

test('for programs each line is a JSON document with the facts in it', (t) => {
  const { fd, said } = fileFor(t);
  const journal = openJournal({ level: 'info', fd, environment: {} });
  journal.say(drift);
  journal.say(restored);
  const [first, second] = said().map((line) => JSON.parse(line));
  assert.deepEqual(
    { ...first, time: null },
    {
      level: 'warn',
      time: null,
      event: 'drift',
      id: 'bond1',
      at: '2026-11-21T01:02:03.456Z',
      kind: 'bond',
      changes: [{ key: 'mtu', wanted: 9000, found: 1500 }],
      by: { pid: 4242, command: 'ip link set bond1 mtu 1500', uid: 0 },
      message: 'bond1: drift: mtu is 1500, wanted 9000, by `ip link set bond1 mtu 1500` (pid 4242, uid 0)',
    },
  );
  assert.equal(second.micros, 412);
  assert.equal(second.level, 'notice');
});

test('for eyes each line is a time and a sentence', (t) => {
  const { fd, said } = fileFor(t);
  const journal = openJournal({ level: 'info', form: 'text', fd });
  journal.say(restored);
  journal.error('an answer failed', { reason: 'out of luck' });
  const [first, second] = said();
  assert.match(
    first ?? '',
    /^\d\d:\d\d:\d\d bond1: restored: mtu set to 9000, in 412 µs, by `ip link set bond1 mtu 1500` \(pid 4242, uid 0\)$/,
  );
  assert.match(second ?? '', /^\d\d:\d\d:\d\d error: an answer failed \(reason: out of luck\)$/);
});

test('what is quieter than the level is not said, and the level can change', (t) => {
  const { fd, said } = fileFor(t);
  const journal = openJournal({ level: 'warn', form: 'text', fd });
  journal.say(restored);
  journal.info('quiet');
  journal.say(drift);
  journal.setLevel('debug');
  journal.debug('loud now');
  journal.setLevel('error');
  journal.say(drift);
  assert.deepEqual(
    said().map((line) => line.slice(9, 22)),
    ['bond1: drift:', 'loud now'],
  );
});

test('facts nobody named are not said, whatever hangs on a happening', (t) => {
  const { fd, said } = fileFor(t);
  const journal = openJournal({ level: 'debug', fd, environment: {} });
  const change = { key: 'mtu', wanted: 1, found: 2, was: 'SECRET' };
  const by = { pid: 1, command: null, uid: 0, environment: 'SECRET' };
  journal.say({ ...drift, changes: [change], by, ...({ wire: 'SECRET' } as object) });
  assert.equal(said().length, 1);
  assert.doesNotMatch(said().join(), /SECRET/);
});

test('the journal gets its own protocol, each fact a field to look for', async (t) => {
  const { path, read, next } = await receiver(t);
  const { fd, said } = fileFor(t);
  const { dev, ino } = statSync(`/proc/self/fd/${fd}`, { bigint: true });
  const environment = { JOURNAL_STREAM: `${dev}:${ino}` };
  const journal = openJournal({ level: 'info', fd, environment, journalSocket: path });
  journal.say(drift);
  journal.say(restored);
  journal.warn('two\nlines', { 'odd-name': 'a\nb', nothing: null });
  read();
  assert.deepEqual(fieldsIn(await next()), {
    PRIORITY: '4',
    SYSLOG_IDENTIFIER: 'vnetd',
    SYSLOG_PID: String(process.pid),
    MESSAGE: 'bond1: drift: mtu is 1500, wanted 9000, by `ip link set bond1 mtu 1500` (pid 4242, uid 0)',
    VNETD_EVENT: 'drift',
    VNETD_ID: 'bond1',
    VNETD_AT: '2026-11-21T01:02:03.456Z',
    VNETD_KIND: 'bond',
    VNETD_CHANGES: '[{"key":"mtu","wanted":9000,"found":1500}]',
    VNETD_BY: '{"pid":4242,"command":"ip link set bond1 mtu 1500","uid":0}',
  });
  const second = fieldsIn(await next());
  assert.equal(second.PRIORITY, '5');
  assert.equal(second.VNETD_MICROS, '412');
  const third = fieldsIn(await next());
  assert.equal(third.VNETD_ODD_NAME, 'a\nb');
  assert.equal(third.MESSAGE, 'two\\u000alines (odd-name: a\\u000ab, nothing: null)');
  assert.equal('VNETD_NOTHING' in third, false);
  assert.deepEqual(said(), [], 'nothing on the descriptor itself');
});

test('a journal with no room is not waited for; what is too much is counted', async (t) => {
  const { path, read, next } = await receiver(t);
  const { fd } = fileFor(t);
  const journal = openJournal({ level: 'info', form: 'journal', fd, journalSocket: path });
  const count = 5_000;
  for (let i = 0; i < count; i++) journal.info(`line ${i}`);
  read();
  let expected = 0;
  let lost = 0;
  while (lost === 0) {
    const fields = fieldsIn(await next());
    if (fields.VNETD_LOST !== undefined) lost = Number(fields.VNETD_LOST);
    else assert.equal(fields.MESSAGE, `line ${expected++}`);
  }
  assert.equal(expected + lost, count);
  assert.ok(expected > 2_000);
  journal.close();
});

test('an entry too large for a datagram goes without its facts', async (t) => {
  const { path, read, next } = await receiver(t);
  const { fd } = fileFor(t);
  const journal = openJournal({ level: 'info', form: 'journal', fd, journalSocket: path });
  const changes = Array.from({ length: 20_000 }, (_, i) => ({ key: 'vlans', wanted: `${i}`, found: null }));
  journal.say({ ...drift, changes });
  read();
  const fields = fieldsIn(await next());
  assert.match(fields.MESSAGE ?? '', /^bond1: drift: vlans 0 is missing/);
  assert.equal(fields.VNETD_ID, 'bond1');
  assert.equal(fields.VNETD_CHANGES, undefined);
});

test('where the journal does not listen, lines carry their priority on the descriptor', (t) => {
  const { fd, said, path } = fileFor(t);
  const journal = openJournal({ level: 'info', form: 'journal', fd, journalSocket: `${path}.missing` });
  journal.say(drift);
  journal.say(restored);
  assert.deepEqual(
    said().map((line) => line.slice(0, 16)),
    ['<4>bond1: drift:', '<5>bond1: restor'],
  );
});

test('the form follows where standard error leads', (t) => {
  const { fd } = fileFor(t);
  assert.equal(formFor(fd, {}), 'json');
  assert.equal(formFor(fd, { JOURNAL_STREAM: '8:1234567' }), 'json', 'inherited, but redirected since');
  assert.equal(formFor(fd, { JOURNAL_STREAM: 'rubbish' }), 'json');
  const { dev, ino } = statSync(`/proc/self/fd/${fd}`, { bigint: true });
  assert.equal(formFor(fd, { JOURNAL_STREAM: `${dev}:${ino}` }), 'journal');
});

test('a descriptor that takes nothing more ends nobody', (t) => {
  const fd = openSync('/dev/full', 'w');
  t.after(() => closeSync(fd));
  for (const form of ['text', 'journal'] as const) {
    const journal = openJournal({ level: 'info', form, fd, journalSocket: '/nowhere/at/all' });
    journal.say(drift);
    journal.close();
  }
  openJournal({ level: 'info', form: 'json', fd }).say(drift);
});
