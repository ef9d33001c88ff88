import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  detailDocument,
  eventDocument,
  planDocument,
  statusDocument,
} from '../../../src/daemon/control/documents.ts';
import { asObjectId } from '../../../src/model/address.ts';
import type { ObjectState } from '../../../src/model/status.ts';
import { object, start, statusOf } from './house-in-memory.ts';

const at = start;
const id = asObjectId('eth0');
const nothingWrong = { config: { generation: 1, errors: [], warnings: [] }, notes: [] };

test('a status has the fields users were promised, in their order', () => {
  const bond = object('bond1', {
    kind: 'bond',
    drifts: 2,
    lastDrift: Date.parse('2026-11-21T01:02:03.450Z'),
  });
  const status = statusOf([bond], {
    generation: 3,
    errors: [
      { file: '20-bond.yaml', line: 7, column: 9, message: 'unknown mode', excerpt: 'mode: x\n      ^' },
    ],
  });
  assert.equal(
    JSON.stringify(statusDocument(status, status.objects)),
    '{"version":"1.0.0","health":"ok",' +
      '"config":{"generation":3,"errors":[{"file":"20-bond.yaml","line":7,"column":9,"message":"unknown mode",' +
      '"excerpt":"mode: x\\n      ^"}],"warnings":[]},' +
      '"objects":[{"id":"bond1","namespace":null,"kind":"bond","state":"in-sync","since":"2026-11-21T01:02:03.456Z",' +
      '"reason":null,"drifts":2,"last_drift":"2026-11-21T01:02:03.450Z"}],"notes":[],"undeclared":[]}',
  );
});

test('an object in a namespace names it', () => {
  const [only] = statusDocument(statusOf([]), [
    object('ns1/eth0', { state: 'waiting', reason: 'waiting for /veth1' }),
  ]).objects;
  assert.deepEqual([only?.id, only?.namespace, only?.reason], ['ns1/eth0', 'ns1', 'waiting for /veth1']);
});

const events = [
  {
    name: 'a drift says by whom',
    happening: {
      at,
      id,
      event: 'drift',
      kind: 'device',
      changes: [{ key: 'mtu', wanted: 9000, found: 1500 }],
      by: { pid: 4242, command: 'ip link set eth0 mtu 1500', uid: 0 },
    },
    json:
      '{"at":"2026-11-21T01:02:03.456Z","id":"eth0","event":"drift",' +
      '"changes":[{"key":"mtu","wanted":9000,"found":1500}],' +
      '"by":{"pid":4242,"command":"ip link set eth0 mtu 1500","uid":0}}',
  },
  {
    name: 'a drift by nobody knows whom says so',
    happening: { at, id, event: 'drift', changes: [{ key: 'exists', wanted: true, found: false }] },
    json:
      '{"at":"2026-11-21T01:02:03.456Z","id":"eth0","event":"drift",' +
      '"changes":[{"key":"exists","wanted":true,"found":false}],"by":null}',
  },
  {
    name: 'a repair says how long it took, and whether it disrupted',
    happening: { at, id, event: 'restored', changes: [], micros: 412, disruptive: false },
    json: '{"at":"2026-11-21T01:02:03.456Z","id":"eth0","event":"restored","changes":[],"micros":412,"disruptive":false}',
  },
  {
    name: 'a repair after a sweep has no time',
    happening: { at, id, event: 'restored', changes: [] },
    json: '{"at":"2026-11-21T01:02:03.456Z","id":"eth0","event":"restored","changes":[],"micros":null,"disruptive":false}',
  },
  {
    name: 'a new configuration is about no object',
    happening: { at, id: null, event: 'config', generation: 4 },
    json: '{"at":"2026-11-21T01:02:03.456Z","id":null,"event":"config","generation":4}',
  },
] as const;

for (const { name, happening, json } of events) {
  test(name, () => assert.equal(JSON.stringify(eventDocument(happening)), json));
}

test('a planned step is the step itself, marked', () => {
  const step = { do: 'set', id, kind: 'device', fields: { mtu: 9000 } } as const;
  assert.equal(
    JSON.stringify(
      planDocument([{ step, disruptive: true, withheld: 'on_drift is alert' }], [], nothingWrong).steps,
    ),
    '[{"do":"set","id":"eth0","kind":"device","fields":{"mtu":9000},"disruptive":true,"withheld":"on_drift is alert"}]',
  );
});

test('a plan names what is left without a step that says why', () => {
  const step = { do: 'set', id, kind: 'device', fields: { mtu: 9000 } } as const;
  const leftBy = (withheld: string | null, state: ObjectState) =>
    planDocument([{ step, disruptive: false, withheld }], [object('eth0', { state })], nothingWrong).left
      .length;
  assert.equal(leftBy(null, 'pending'), 0);
  assert.equal(leftBy('left as it is', 'drifted'), 0);
  assert.equal(leftBy(null, 'refused'), 1, 'the step is for something else');
  assert.equal(leftBy(null, 'in-sync'), 0);
  assert.equal(
    planDocument([], [object('eth0', { state: 'waiting' })], nothingWrong).left[0]?.state,
    'waiting',
  );
});

test('a detail begins as the object in the status does', () => {
  const status = object('eth0', { kind: 'device' });
  const detail = detailDocument({
    status,
    ifindex: 2,
    files: [],
    origin: 'found',
    onDrift: 'restore',
    attributes: [{ key: 'mtu', wanted: 9000, found: 1500, agrees: false, note: null }],
    under: [],
    over: ['bond1'],
    otherEnd: null,
    plan: [],
  });
  assert.deepEqual(Object.keys(detail), [
    ...['id', 'namespace', 'kind', 'state', 'since', 'reason', 'drifts', 'last_drift'],
    ...['ifindex', 'files', 'origin', 'attributes', 'under', 'over', 'plan', 'on_drift', 'other_end'],
  ]);
});
