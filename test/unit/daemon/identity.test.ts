import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf } from '../../../src/daemon/identity.ts';

test('a vnetd is known by its machine and its folder, and tells neither', () => {
  const own = identityOf('/etc/vnetd', 'a machine');

  assert.match(own, /^[0-9a-f]{12}$/);
  assert.equal(identityOf('/etc/vnetd', 'a machine'), own);
  assert.notEqual(identityOf('/etc/vnetd', 'another'), own);
  assert.notEqual(identityOf('/etc/other', 'a machine'), own);
});
