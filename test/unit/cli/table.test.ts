import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { table } from '../../../src/cli/table.ts';
import { cut, widthOf } from '../../../src/cli/width.ts';

const plain = { width: null, colour: false };

test('columns stand in line, numbers to the right, nothing trails', () => {
  assert.equal(
    table(
      ['ID', 'N', 'WHY'],
      [
        ['bond1.100', 7, ''],
        ['eth0', 12, 'because'],
      ],
      plain,
    ),
    ['ID         N   WHY', 'bond1.100   7', 'eth0       12  because', ''].join('\n'),
  );
});

test('a row without cells is an empty line', () => {
  for (const paper of [plain, { width: 8, colour: true }]) {
    const painted = table(['ID', 'N', 'X'], [['a', 1, ''], [], ['b', 2, '']], paper);
    assert.deepEqual(stripVTControlCharacters(painted).split('\n').slice(2, 4), ['', 'b   2']);
  }
});

test('wide and combining characters take the room they take', () => {
  assert.deepEqual(['網橋', 'é', 'ü̈', 'abc', '🌉'].map(widthOf), [4, 1, 1, 3, 2]);
  assert.equal(
    table(
      ['ID', 'X'],
      [
        ['網橋', 'a'],
        ['br', 'b'],
      ],
      plain,
    ),
    ['ID    X', '網橋  a', 'br    b', ''].join('\n'),
  );
});

test('the last column wraps between words under itself', () => {
  assert.equal(
    table(['ID', 'REASON'], [['eth0', 'one two three four five six seven']], { width: 32, colour: false }),
    ['ID    REASON', 'eth0  one two three four five', '      six seven', ''].join('\n'),
  );
});

test('where there is no room beside, it goes below', () => {
  assert.equal(
    table(['A', 'B'], [['a-long-first-column', 'one two three four five six']], { width: 34, colour: false }),
    ['A                    B', 'a-long-first-column', '    one two three four five six', ''].join('\n'),
  );
});

test('a word longer than a line is cut with an ellipsis', () => {
  assert.equal(cut('abcdefgh', 5), 'abcd…');
  assert.equal(cut('網橋網橋', 4), '網…');
  assert.equal(cut('abcde', 5), 'abcde');
});

test('colours take no room', () => {
  const cells = [
    [{ text: 'ok', colour: 'green' as const }, 'x'],
    ['bad', 'y'],
  ];
  const painted = table(['S', 'X'], cells, { width: null, colour: true });
  assert.equal(stripVTControlCharacters(painted), table(['S', 'X'], cells, plain));
  assert.ok(painted.includes('\x1b[32mok\x1b[39m'));
});
