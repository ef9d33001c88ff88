import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOfLinks } from '../../../src/config/in-force.ts';
import { Changes } from '../../../src/daemon/changes.ts';
import type { WantedLink } from '../../../src/model/declaration.ts';

const link = (id: string, mtu: number) => ({ id, fields: { mtu, alias: 'a\nb' } }) as unknown as WantedLink;
const text = (...links: WantedLink[]) => textOfLinks(links);

test('only what differs from the declaration before is read', () => {
  const changes = new Changes();
  const [a, b, c] = [link('a', 1), link('b', 1), link('c', 1)];
  assert.deepEqual(changes.take(text(a, b)), { links: [a, b], gone: [] });
  assert.deepEqual(changes.take(text(b, a)), { links: [], gone: [] });
  assert.deepEqual(changes.take(text(a, link('b', 2), c)), { links: [link('b', 2), c], gone: [] });
  assert.deepEqual(changes.take(text(c)), { links: [], gone: ['a', 'b'] });
  assert.deepEqual(changes.take(text()), { links: [], gone: ['c'] });
});
