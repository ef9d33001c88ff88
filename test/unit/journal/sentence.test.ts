import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelOf, sentenceOf } from '../../../src/daemon/journal/sentence.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Happening } from '../../../src/model/event.ts';

const mtu: Change = { key: 'mtu', wanted: 9000, found: 1500 };
const address: Change = { key: 'addresses', wanted: '10.0.0.1/24', found: null };
const stranger: Change = { key: 'addresses', wanted: null, found: '10.0.0.9/24' };
const gone: Change = { key: 'exists', wanted: true, found: false };

const lines: readonly (readonly [Omit<Happening, 'at' | 'id'> & { id?: null }, string])[] = [
  [{ event: 'drift', changes: [mtu], by: null }, 'bond1: drift: mtu is 1500, wanted 9000'],
  [
    { event: 'drift', changes: [mtu], by: { pid: 4242, command: 'ip link set bond1 mtu 1500', uid: 0 } },
    'bond1: drift: mtu is 1500, wanted 9000, by `ip link set bond1 mtu 1500` (pid 4242, uid 0)',
  ],
  [
    { event: 'drift', changes: [mtu], by: { pid: 7, command: null, uid: 1000 } },
    'bond1: drift: mtu is 1500, wanted 9000, by pid 7, uid 1000',
  ],
  [
    { event: 'drift', changes: [address, stranger], by: null },
    'bond1: drift: addresses 10.0.0.1/24 is missing; addresses 10.0.0.9/24 is unwanted',
  ],
  [{ event: 'drift', changes: [gone], by: null }, 'bond1: drift: is gone'],
  [
    { event: 'drift', changes: [{ key: 'arp_ip_target', wanted: ['10.0.0.2'], found: [] }], by: null },
    'bond1: drift: arp_ip_target is [], wanted [10.0.0.2]',
  ],
  [
    { event: 'restored', changes: [mtu], micros: 412, disruptive: false },
    'bond1: restored: mtu set to 9000, in 412 µs',
  ],
  [
    { event: 'restored', changes: [mtu, address], micros: 15_234 },
    'bond1: restored: mtu set to 9000; addresses 10.0.0.1/24 put in, in 15.2 ms',
  ],
  [
    { event: 'restored', changes: [mtu], micros: null, disruptive: true },
    'bond1: restored: mtu set to 9000 (disruptive)',
  ],
  [
    { event: 'restored', changes: [stranger], micros: 99.6 },
    'bond1: restored: addresses 10.0.0.9/24 taken out, in 100 µs',
  ],
  [{ event: 'restored', changes: [gone], micros: 12_000_000 }, 'bond1: restored: made, in 12.0 s'],
  [
    {
      event: 'restored',
      changes: [],
      micros: null,
      message: 'mtu holds again; it was changed 12 times while contested',
    },
    'bond1: restored: mtu holds again; it was changed 12 times while contested',
  ],
  [
    { event: 'refused', changes: [mtu], message: 'mtu: mtu greater than device maximum' },
    'bond1: refused: mtu is 1500, wanted 9000; mtu: mtu greater than device maximum',
  ],
  [
    { event: 'refused', changes: [gone], message: 'Unknown device type (EOPNOTSUPP)' },
    'bond1: refused: not made; Unknown device type (EOPNOTSUPP)',
  ],
  [{ event: 'refused', changes: [mtu] }, 'bond1: refused: mtu is 1500, wanted 9000'],
  [
    {
      event: 'contested',
      changes: [mtu],
      message: 'somebody keeps changing it back',
    },
    'bond1: contested: mtu is 1500, wanted 9000; somebody keeps changing it back',
  ],
  [{ event: 'created', kind: 'bond' }, 'bond1: created (bond)'],
  [{ event: 'adopted', kind: 'bond' }, 'bond1: adopted (bond)'],
  [{ event: 'adopted', kind: 'bond', changes: [mtu] }, 'bond1: adopted (bond): mtu set to 9000'],
  [{ event: 'removed' }, 'bond1: removed'],
  [{ event: 'released' }, 'bond1: released, left as it is'],
  [{ id: null, event: 'config', generation: 4 }, 'configuration: generation 4 is in force'],
  [
    { id: null, event: 'config', generation: 4, message: 'generation 4: 2 objects' },
    'configuration: generation 4: 2 objects',
  ],
  [{ id: null, event: 'resync' }, 'events were lost; everything was read again'],
];

for (const [happening, line] of lines) {
  test(line, () => {
    assert.equal(sentenceOf({ at: 0, id: asObjectId('bond1'), ...happening }), line);
  });
}

test('a change of hundreds of entries stays a line', () => {
  const changes = Array.from({ length: 500 }, (_, i) => ({ key: 'vlans', wanted: String(i), found: null }));
  const line = sentenceOf({ at: 0, id: asObjectId('br0'), event: 'drift', changes, by: null });
  assert.match(line, /vlans 7 is missing; and 492 more$/);
});

test('what a command line or an alias brings along cannot end the line or move the cursor', () => {
  const evil = 'x\n<3>eth0: all is well\u001b[2J\u009b\u202e\r';
  const line = sentenceOf({
    at: 0,
    id: asObjectId('eth0'),
    event: 'drift',
    changes: [{ key: 'alias', wanted: 'uplink', found: evil }],
    by: { pid: 1, uid: 0, command: evil },
  });
  assert.doesNotMatch(line, /[\p{Cc}\u202e]/u);
  assert.match(line, /x\\u000a<3>eth0: all is well\\u001b\[2J/);
});

test('drifts and refusals are at least warnings, and nothing else is', () => {
  const loud = Object.entries(levelOf).filter(([, level]) => ['error', 'warn'].includes(level));
  assert.deepEqual(loud.map(([event]) => event).sort(), ['contested', 'drift', 'refused']);
});
