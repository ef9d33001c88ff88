import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Values } from '../../../src/model/value.ts';
import { kinds } from '../../../src/reconcilers/index.ts';
import { needOf } from '../../../src/reconcilers/kind.ts';

function need(found: Values, wanted: Values): string {
  return needOf(kinds.vxlan.fields.dev, { found, wanted });
}

test('a vxlan’s dev is changed live within the namespace of its underlay, which is for life', () => {
  assert.equal(need({ dev: 'eth0' }, { dev: 'eth1' }), 'live');
  assert.equal(need({ dev: '/eth0' }, { dev: '/eth1' }), 'live');
  assert.equal(need({ dev: 'none' }, { dev: 'eth1' }), 'live');
  assert.equal(need({ dev: 'none' }, { dev: '/eth1', link_netns: '/' }), 'live');
  assert.equal(need({ dev: 'eth0' }, { dev: 'none' }), 'recreate');
  assert.equal(need({ dev: 'eth0' }, { dev: '/eth0' }), 'recreate');
  assert.equal(need({ dev: 'ns1/eth0' }, { dev: 'ns2/eth0' }), 'recreate');
  assert.equal(need({ dev: 'none' }, { dev: '/eth0' }), 'recreate');
});
