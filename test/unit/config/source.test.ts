import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaintAt, placeAt, sourceOf } from '../../../src/config/source.ts';

test('places count from one, and the end of the text is a place', () => {
  const source = sourceOf('a', 'one\n\nthree\n');
  const at = (offset: number) => {
    const { line, column } = placeAt(source, offset);
    return [line, column];
  };
  assert.deepEqual([0, 2, 3, 4, 5, 9, 10, 11].map(at), [
    [1, 1],
    [1, 3],
    [1, 4],
    [2, 1],
    [3, 1],
    [3, 5],
    [3, 6],
    [4, 1],
  ]);
});

test('the caret stands under the character that is meant', () => {
  const text = 'first\n\tk:\tv\r\nlast';
  const shown = (offset: number) => complaintAt(sourceOf('a', text), offset, '').excerpt;
  assert.equal(shown(text.indexOf('v')), '\tk:\tv\n\t  \t^');
  assert.equal(shown(text.indexOf('last')), 'last\n^');
  assert.equal(shown(text.length), 'last\n    ^');
});

test('of a long line what is around the caret is shown', () => {
  const text = `${'a'.repeat(300)}X${'b'.repeat(300)}`;
  const [line = '', caret = ''] = complaintAt(sourceOf('a', text), 300, '').excerpt?.split('\n') ?? [];
  assert.ok(line.length <= 112);
  assert.equal(line[caret.length - 1], 'X');
});

test('control characters never reach a terminal', () => {
  const complaint = complaintAt(sourceOf('a', 'x: "\u001b[2J\u0007\u202e"'), 3, 'no \u001b[31m key');
  assert.equal(complaint.excerpt, 'x: "·[2J··"\n   ^');
  assert.equal(complaint.message, 'no ·[31m key');
});
