import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, settle } from '../../../src/config/settle.ts';
import { good, settled } from './declared.ts';

function candidate(file: string, ...texts: readonly string[]): Candidate {
  return { file, versions: texts.map((text) => good(file, text)) };
}

function ids(candidates: readonly Candidate[]): readonly string[] {
  return settle(candidates).declaration.links.map(({ id }) => id);
}

const br0 = 'links: { br0: { kind: bridge } }';
const br1 = 'links: { br1: { kind: bridge } }';
const both = 'links: { br0: { kind: bridge }, br1: { kind: bridge } }';

test('of two files that contradict each other the later one is left out, if there is no older version', () => {
  const { declaration, errors } = settled(br0, both);
  assert.deepEqual(
    declaration.links.map(({ id }) => id),
    ['br0'],
  );
  assert.equal(declaration.whole, false);
  assert.equal(errors.length, 1);
  assert.equal(errors[0]?.file, '2.yaml');
  assert.deepEqual(errors[0]?.also, { file: '1.yaml', line: 1, column: 10 });
});

test('the file that changed falls back to its last good version, whichever name comes first', () => {
  const changedFirst = [candidate('a.yaml', both, br0), candidate('b.yaml', br1)];
  assert.deepEqual(ids(changedFirst), ['br0', 'br1']);
  const changedSecond = [candidate('a.yaml', br0), candidate('b.yaml', both, br1)];
  assert.deepEqual(ids(changedSecond), ['br0', 'br1']);
  const { declaration, errors } = settle(changedFirst);
  assert.equal(declaration.whole, true);
  assert.equal(errors[0]?.file, 'a.yaml');
});

test('a link that moves from one file to another is declared throughout', () => {
  const newcomerFirst = [candidate('a.yaml', br0), candidate('b.yaml', both, br1)];
  const done = [candidate('a.yaml', 'links: {}', br0), candidate('b.yaml', both, br1)];
  assert.deepEqual(ids(newcomerFirst).toSorted(), ['br0', 'br1']);
  assert.deepEqual(ids(done).toSorted(), ['br0', 'br1']);
  assert.deepEqual(settle(done).errors, []);
});

test('a mistake of one file keeps no other file from being in force', () => {
  const loop = 'links: { v0: { kind: vlan, link: v0, id: 5 } }';
  const { declaration, errors, inForce } = settle([
    candidate('a.yaml', br0),
    candidate('b.yaml', loop, 'links: { d0: { kind: dummy } }'),
    candidate('c.yaml', loop.replaceAll('v0', 'v1')),
    candidate('d.yaml', br1),
  ]);
  assert.deepEqual(
    declaration.links.map(({ id }) => id),
    ['br0', 'd0', 'br1'],
  );
  assert.deepEqual([...inForce.keys()], ['a.yaml', 'b.yaml', 'd.yaml']);
  assert.deepEqual(
    errors.map(({ file }) => file),
    ['b.yaml', 'c.yaml'],
  );
});

test('an older version that is wrong among the others is left out too', () => {
  const { declaration, errors } = settle([candidate('a.yaml', br0), candidate('b.yaml', both, br0)]);
  assert.deepEqual(
    declaration.links.map(({ id }) => id),
    ['br0'],
  );
  assert.equal(declaration.whole, false);
  assert.ok(errors.length > 0 && errors.every(({ file }) => file === 'b.yaml'));
});

test('many warnings that are alike are said some times, and counted', () => {
  const taps = Array.from(
    { length: 120 },
    (_, i) => `  tap${i}: { master: br0, addresses: [10.0.${i}.1/24] }\n`,
  );
  const { warnings } = settled(`links:\n  br0: { kind: bridge }\n${taps.join('')}`);
  assert.equal(warnings.length, 50);
  assert.match(warnings[49]?.message ?? '', /\(and 70 more like this\)/);
});
