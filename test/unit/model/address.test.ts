import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type LinkName,
  namespaceId,
  namespaceItself,
  namespaceName,
  objectId,
  parseObjectId,
  partId,
  referenceTo,
  resolveReference,
  wholeOf,
} from '../../../src/model/address.ts';

const ns1 = namespaceName('ns1');
const ns2 = namespaceName('ns2');

test('an id is a namespace and a name, and comes back from them', () => {
  for (const [id, namespace, name] of [
    ['eth0', null, 'eth0'],
    ['ns1/eth0', 'ns1', 'eth0'],
    ['ns1/', null, 'ns1/'],
  ] as const) {
    const parsed = parseObjectId(id);
    assert.deepEqual(parsed, { namespace, name });
    assert.equal(objectId(parsed.namespace, parsed.name), id);
  }
  assert.deepEqual(parseObjectId('/eth0'), { namespace: null, name: 'eth0' });
});

test('a part of a link goes by its own name, and says whose it is', () => {
  assert.equal(partId('ovsbr0', 'p1'), 'ovsbr0:p1');
  assert.deepEqual(parseObjectId('ovsbr0:p1'), { namespace: null, name: 'p1' });
  assert.equal(wholeOf('ovsbr0:p1'), 'ovsbr0');
  assert.equal(wholeOf('ovsbr0'), undefined);
});

test('a namespace itself is an object of the host’s', () => {
  assert.equal(namespaceId(ns1), 'ns1/');
  assert.equal(objectId(null, namespaceId(ns1)), 'ns1/');
  assert.equal(namespaceItself('ns1/'), 'ns1');
  assert.equal(namespaceItself('ns1/eth0'), undefined);
  assert.equal(namespaceItself('eth0'), undefined);
});

test('a reference means the same as what it is written for, from wherever it is', () => {
  for (const from of [null, ns1, ns2]) {
    for (const id of ['eth0', 'ns1/eth0', 'ns2/eth0', 'ns1/', 'ns2/']) {
      assert.equal(resolveReference(from, referenceTo(from, parseObjectId(id))), id);
    }
  }
  const eth0 = 'eth0' as LinkName;
  assert.equal(referenceTo(ns1, { namespace: ns1, name: eth0 }), 'eth0');
  assert.equal(referenceTo(ns1, { namespace: null, name: eth0 }), '/eth0');
  assert.equal(referenceTo(null, { namespace: ns1, name: eth0 }), 'ns1/eth0');
  assert.equal(referenceTo(ns2, parseObjectId('ns1/')), 'ns1/');
});
