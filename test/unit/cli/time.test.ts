import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, localTime, parseMoment, parseSpan } from '../../../src/cli/time.ts';
import { shortSpan } from '../../../src/model/span.ts';

const now = new Date(2026, 10, 21, 15, 30, 0).getTime();
const local = (...parts: [number, number, number, number?, number?, number?, number?]) =>
  new Date(...parts).getTime();

const spans = [
  ['30s', 30_000],
  ['2m', 120_000],
  ['1h30m', 5_400_000],
  ['500ms', 500],
  ['1.5h', 5_400_000],
  ['90', 90_000],
  ['2 hours 5 minutes', 7_500_000],
  ['1d', 86_400_000],
] as const;

for (const [text, milliseconds] of spans) {
  test(`${text} is ${milliseconds} ms`, () => assert.equal(parseSpan(text), milliseconds));
}

const moments = [
  ['10m', now - 600_000],
  ['2h ago', now - 7_200_000],
  ['2 hours ago', now - 7_200_000],
  ['-45s', now - 45_000],
  ['now', now],
  ['today', local(2026, 10, 21)],
  ['yesterday', local(2026, 10, 20)],
  ['14:05', local(2026, 10, 21, 14, 5)],
  ['2026-11-21', local(2026, 10, 21)],
  ['2026-11-21 10:00', local(2026, 10, 21, 10)],
  ['2026-11-21 10:00:30.250', local(2026, 10, 21, 10, 0, 30, 250)],
  ['2026-11-21T10:00:00Z', Date.UTC(2026, 10, 21, 10)],
  ['2026-11-21T10:00:00+02:00', Date.UTC(2026, 10, 21, 8)],
  ['@1700000000', 1_700_000_000_000],
] as const;

for (const [text, moment] of moments) {
  test(`since ${text} is ${new Date(moment).toISOString()}`, () =>
    assert.equal(parseMoment(text, now), moment));
}

for (const text of ['', 'lately', '10', '10x', '25:00', '2026-13-01', 'ago', '-', '1h30']) {
  test(`${JSON.stringify(text)} is no moment`, () => {
    assert.throws(() => parseMoment(text, now), { code: 'usage' });
  });
}

for (const text of ['', 'soon', '-3s', '3 s ago', '1h30']) {
  test(`${JSON.stringify(text)} is no span`, () => {
    assert.throws(() => parseSpan(text), { code: 'usage' });
  });
}

test('how long ago is said in one unit', () => {
  const said = [0, 999, 1000, 59_999, 60_000, 3_599_999, 3_600_000, 47 * 3_600_000, 49 * 3_600_000].map(
    (span) => ago(new Date(now - span).toISOString(), now),
  );
  assert.deepEqual(said, [
    ...['just now', 'just now', '1 s ago', '59 s ago', '1 min ago', '59 min ago'],
    ...['1 h ago', '47 h ago', '2 days ago'],
  ]);
});

test('a clock that was set back gives no negative ages', () => {
  assert.equal(ago(new Date(now + 5000).toISOString(), now), 'just now');
});

test('a moment is shown on the local clock', () => {
  assert.equal(localTime(new Date(2026, 0, 2, 3, 4, 5, 6).toISOString()), '2026-01-02 03:04:05.006');
});

test('microseconds are said in the unit that fits', () => {
  assert.deepEqual([412, 999.6, 4123, 412_345, 1_200_000].map(shortSpan), [
    '412 µs',
    '1000 µs',
    '4.1 ms',
    '412 ms',
    '1.2 s',
  ]);
});
