import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inForceAsText, inForceIn } from '../../../src/config/in-force.ts';
import { defaultSettings } from '../../../src/model/declaration.ts';
import { names, scratch } from './scratch.ts';

const wishes = { daemon: defaultSettings, whole: true, size: 1, text: '{"id":"a"}' };
const warnings = [{ file: 'a.yaml', line: 1, column: 1, message: 'probably wrong' }];

test('what was in force is read back as it was', () => {
  const kept = inForceAsText({ wishes, warnings }, 'rules', 'contents');
  assert.deepEqual(inForceIn(kept, 'rules', 'contents'), { wishes, warnings });
});

test('what other rules made, or of other contents, or what is torn, does not count', () => {
  const kept = inForceAsText({ wishes, warnings }, 'rules', 'contents');
  assert.equal(inForceIn(kept, 'other rules', 'contents'), undefined);
  assert.equal(inForceIn(kept, 'rules', 'other contents'), undefined);
  assert.equal(inForceIn(kept.slice(0, 40), 'rules', 'contents'), undefined);
  assert.equal(inForceIn('', 'rules', 'contents'), undefined);
});

test('a restart that read nothing but what was in force still knows the last good version', async (t) => {
  const { open, write } = scratch(t);
  write('a.yaml', 'links: { a: { mtu: 1400 }, b: {} }');
  write('b.yaml', 'links: { c: { kind: dummy, master: d }, d: { kind: bridge, mtu: 1300 } }');
  const before = await open().read();
  const restarted = open();
  const same = await restarted.read();
  assert.deepEqual(
    [same.declaration.text, same.declaration.generation, same.errors, same.warnings, same.changed],
    [before.declaration.text, 1, [], before.warnings, false],
  );
  write('a.yaml', 'links: { a: { mut: 1400 } }');
  const broken = await restarted.read();
  assert.deepEqual(names(broken), ['a', 'b', 'c', 'd']);
  assert.deepEqual([broken.errors.length, broken.declaration.generation], [1, 2]);
  const again = await open().read();
  assert.deepEqual([names(again), again.errors.length], [['a', 'b', 'c', 'd'], 1]);
});
