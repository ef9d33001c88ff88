import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestEvent } from '../../runner/events.ts';
import type { Job } from '../../runner/jobs.ts';
import { untestedKinds } from '../../runner/kinds.ts';
import { readMarker } from '../../runner/marker.ts';
import { resultsOf } from '../../runner/results.ts';

const file = 'dist/test/kernel/x.test.js';
const job: Job = {
  on: 'uml-6.12',
  name: 'test/kernel/x.test.ts',
  files: [file],
  marker: readMarker('// kernels: uml-6.12'),
};
const passed: TestEvent = { event: 'pass', file, name: 'good', ms: 1 };
const bridge: TestEvent = { event: 'diagnostic', message: 'kind: bridge' };
const read = (events: TestEvent[], code: number | NodeJS.Signals, chosen = false) =>
  resultsOf(job, events, code, { chosen, seconds: 9 }).map(({ state, name, detail }) => ({
    state,
    name,
    detail,
  }));

test('a test that passed is a result', () => {
  assert.deepEqual(read([passed], 0), [{ state: 'passed', name: 'good', detail: '' }]);
});

test('a kernel that died is a failed test, and says which one it was', () => {
  const running: TestEvent = { event: 'running', name: 'killer' };
  assert.deepEqual(read([passed, running], 125).at(-1), {
    state: 'failed',
    name: '(kernel died)',
    detail: 'The kernel ended before the tests did; it was running "killer".',
  });
});

test('a timeout is a failed test, also when all tests had passed', () => {
  assert.deepEqual(read([passed], 124).at(-1), {
    state: 'failed',
    name: '(timed out)',
    detail:
      'Not over after 9 s; its tests were over: something they left behind (a process, a socket, a timer) holds Node.',
  });
});

test('a process that died without a failed test is one', () => {
  assert.equal(read([passed], 3).at(-1)?.name, '(process died)');
  const failed: TestEvent = { event: 'fail', file, name: 'bad', ms: 1, error: 'why' };
  assert.deepEqual(read([failed], 1), [{ state: 'failed', name: 'bad', detail: 'why' }]);
});

test('a file without tests is a failed test, unless tests were chosen by name', () => {
  assert.equal(read([], 0).at(-1)?.name, '(no tests)');
  assert.deepEqual(read([], 0, true), []);
  const leftOut: TestEvent = {
    event: 'skip',
    file,
    name: 'other',
    ms: 0,
    reason: 'test name does not match pattern',
  };
  assert.deepEqual(read([leftOut], 0, true), []);
});

test('a kind counts as tested by a test that passed, and by no other', () => {
  const failed: TestEvent = { event: 'fail', file, name: 'bad', ms: 1, error: 'why' };
  const results = (events: TestEvent[]) => resultsOf(job, events, 0, { chosen: false, seconds: 9 });
  assert.deepEqual(untestedKinds(['bridge', 'bond'], results([passed, bridge])), ['bond']);
  assert.deepEqual(untestedKinds(['bridge'], results([passed, failed, bridge])), ['bridge']);
});
