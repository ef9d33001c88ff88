import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSize, readSpan, sizeText, spanText } from '../../../src/derive/units.ts';
import { Misfit, type WrittenScalar } from '../../../src/model/written.ts';

function scalar(text: string): WrittenScalar {
  return { is: 'scalar', text, quoted: false, offset: 0 };
}

const anySpan = { min: 0, max: Number.MAX_SAFE_INTEGER };

test('spans of time are read to the millisecond', () => {
  const read = (text: string) => readSpan(scalar(text), anySpan);
  assert.deepEqual(
    ['500ms', '30s', '5m', '2h', '7d', '1.5m', '0s'].map(read),
    [500, 30_000, 300_000, 7_200_000, 604_800_000, 90_000, 0],
  );
  for (const wrong of ['', '30', 's', '-1s', '5 s', '5S', '1e3s', '5w', '5sm'])
    assert.throws(() => read(wrong), Misfit);
  assert.throws(() => readSpan(scalar('1s'), { min: 2000, max: 3000 }), /1s is not between 2s and 3s/);
  assert.throws(() => readSpan(scalar('30'), anySpan), /as in 30s/);
});

test('sizes are read to the byte', () => {
  const read = (text: string) => readSize(scalar(text), anySpan);
  assert.deepEqual(
    ['1KiB', '64MiB', '1.5GiB', '2MB'].map(read),
    [1024, 67_108_864, 1_610_612_736, 2_000_000],
  );
  for (const wrong of ['', '64', '64M', '-1MiB', '64mib']) assert.throws(() => read(wrong), Misfit);
  assert.throws(
    () => readSize(scalar('1KiB'), { min: 1024 ** 2, max: 1024 ** 3 }),
    /1KiB is not between 1MiB and 1GiB/,
  );
});

test('what is said of a bound is what may be written for it', () => {
  for (const ms of [1, 999, 1000, 60_000, 90_000, 86_400_000])
    assert.equal(readSpan(scalar(spanText(ms)), anySpan), ms);
  for (const bytes of [1024, 1024 ** 2 * 3, 1024 ** 4])
    assert.equal(readSize(scalar(sizeText(bytes)), anySpan), bytes);
});
