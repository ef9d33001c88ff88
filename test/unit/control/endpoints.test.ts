import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { asObjectId } from '../../../src/model/address.ts';
import type { Happening } from '../../../src/model/event.ts';
import { Failure } from '../../../src/model/failure.ts';
import { follow, send } from './client.ts';
import { houseInMemory, object, start, statusOf } from './house-in-memory.ts';
import { opened } from './opened.ts';

const threeObjects = statusOf([object('eth0'), object('bond1', { kind: 'bond' }), object('ns1/eth0')]);

test('the status of everything, or of what is asked for', async (t) => {
  const { path } = await opened(t, houseInMemory({ status: threeObjects }));
  const all = await send(path, '/v1/status');
  assert.equal(all.headers['content-type'], 'application/json');
  assert.deepEqual(
    all.json.objects.map(({ id }: { id: string }) => id),
    ['eth0', 'bond1', 'ns1/eth0'],
  );
  const some = await send(path, '/v1/status?id=ns1%2Feth0&id=eth0');
  assert.deepEqual(
    some.json.objects.map(({ id }: { id: string }) => id),
    ['eth0', 'ns1/eth0'],
  );
});

const refusals = [
  [
    'an id nobody declared',
    'GET',
    '/v1/status?id=bond2',
    404,
    'not-found',
    'no object named bond2 is declared (did you mean `bond1`?)',
  ],
  [
    'the detail of such an id',
    'GET',
    '/v1/objects/ns1%2Feth7',
    404,
    'not-found',
    'no object named ns1/eth7 is declared (did you mean `ns1/eth0`?)',
  ],
  [
    'restoring such an id',
    'POST',
    '/v1/objects/x/restore',
    404,
    'not-found',
    'no object named x is declared',
  ],
  [
    'an id that is not percent-encoded',
    'GET',
    '/v1/objects/ns1/eth0',
    404,
    'not-found',
    'there is no /v1/objects/ns1/eth0 here',
  ],
  ['an id that is no text', 'GET', '/v1/objects/%ff', 400, 'bad-request', '%ff is not percent-encoded text'],
  ['a path there is not', 'GET', '/v2/status', 404, 'not-found', 'there is no /v2/status here'],
  ['no path at all', 'GET', '/', 404, 'not-found', 'there is no / here'],
  ['an empty id', 'GET', '/v1/objects/', 404, 'not-found', 'there is no /v1/objects/ here'],
  ['another method', 'DELETE', '/v1/status', 405, 'method-not-allowed', '/v1/status takes GET, not DELETE'],
  ['reading what changes', 'GET', '/v1/reload', 405, 'method-not-allowed', '/v1/reload takes POST, not GET'],
  [
    'a mistyped parameter',
    'GET',
    '/v1/status?ids=eth0',
    400,
    'bad-request',
    'there is no parameter ids here (did you mean `id`?)',
  ],
  [
    'a limit that is no number',
    'GET',
    '/v1/history?limit=many',
    400,
    'bad-request',
    'limit is a number of lines (0: all), not many',
  ],
  [
    'a time that is none',
    'GET',
    '/v1/history?since=yesterday',
    400,
    'bad-request',
    'since is a time like 2026-11-21T01:02:03.456Z, not yesterday',
  ],
] as const;

for (const [what, method, target, status, code, message] of refusals) {
  test(`${what} is refused with ${status}`, async (t) => {
    const { path } = await opened(t, houseInMemory({ status: threeObjects }));
    const reply = await send(path, target, { method });
    assert.equal(reply.status, status);
    assert.deepEqual(reply.json, { error: { code, message } });
  });
}

test('405 names what is allowed', async (t) => {
  const { path } = await opened(t);
  assert.equal((await send(path, '/v1/reload')).headers.allow, 'POST');
});

test('one object in all detail, by its percent-encoded id', async (t) => {
  const status = object('ns1/eth0');
  const detail = {
    status,
    ifindex: 7,
    files: [],
    origin: 'made',
    onDrift: 'restore',
    attributes: [],
    under: ['/veth1'],
    over: [],
    otherEnd: null,
    plan: [],
  } as const;
  const { path } = await opened(
    t,
    houseInMemory({ status: statusOf([status]), details: { 'ns1/eth0': detail } }),
  );
  const { json } = await send(path, '/v1/objects/ns1%2Feth0');
  assert.deepEqual([json.id, json.ifindex, json.origin, json.under], ['ns1/eth0', 7, 'made', ['/veth1']]);
});

test('a plan, of everything or of one object', async (t) => {
  const plan = ['eth0', 'bond1'].map((id) => ({
    step: { do: 'down', id: asObjectId(id) } as const,
    disruptive: true,
    withheld: null,
  }));
  const { path } = await opened(t, houseInMemory({ status: threeObjects, plan }));
  assert.equal((await send(path, '/v1/plan')).json.steps.length, 2);
  assert.deepEqual((await send(path, '/v1/plan?id=bond1')).json, {
    steps: [{ do: 'down', id: 'bond1', disruptive: true, withheld: null }],
    left: [],
    config: { generation: 1, errors: [], warnings: [] },
    notes: [],
  });
});

test('root restores, and is told what became of it', async (t) => {
  const house = houseInMemory({ status: statusOf([object('eth0', { state: 'drifted' })]) });
  house.furniture.restores = () => house.change({ status: statusOf([object('eth0')]) });
  const { path } = await opened(t, house);
  const reply = await send(path, '/v1/objects/eth0/restore', { method: 'POST' });
  assert.equal(reply.status, 200);
  assert.equal(reply.json.state, 'in-sync');
});

test('root has the folder read again, and is told what is wrong in it', async (t) => {
  const house = houseInMemory();
  const errors = [{ file: '/etc/vnetd/a.yaml', line: 1, column: 2, message: 'no' }];
  house.furniture.reloads = () => house.change({ status: statusOf([], { generation: 2, errors }) });
  const { path } = await opened(t, house);
  const reply = await send(path, '/v1/reload', { method: 'POST', body: '{}' });
  assert.deepEqual(reply.json, { generation: 2, errors, warnings: [] });
});

const notRoot = [
  { who: 'a user', peer: () => ({ pid: 2, uid: 1000, gid: 1000 }) },
  { who: 'a client of whom nobody can say who it is', peer: () => assert.fail('gone already') },
];

for (const { who, peer } of notRoot) {
  test(`${who} reads, and changes nothing`, async (t) => {
    const house = houseInMemory({
      status: threeObjects,
      restores: () => assert.fail('restored all the same'),
    });
    const { path } = await opened(t, house, { peer });
    const reply = await send(path, '/v1/objects/eth0/restore', { method: 'POST' });
    assert.equal(reply.status, 403);
    assert.equal(reply.json.error.code, 'no-permission');
    assert.equal((await send(path, '/v1/status')).status, 200);
  });
}

test('a body that is too large is not read, and changes nothing', async (t) => {
  const house = houseInMemory({ reloads: () => assert.fail('reloaded all the same') });
  const { path } = await opened(t, house);
  const reply = await send(path, '/v1/reload', { method: 'POST', body: Buffer.alloc(1024 * 1024) });
  assert.equal(reply.status, 413);
  assert.equal(reply.json.error.code, 'body-too-large');
});

const drift = (minute: number, id = 'eth0'): Happening => ({
  at: start + minute * 60_000,
  id: asObjectId(id),
  event: 'drift',
});

async function idsAndTimes(path: string, target: string): Promise<readonly string[]> {
  const { status, text } = await send(path, target);
  assert.equal(status, 200);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ at, id }) => `${id} ${at.slice(11, 16)}`);
}

test('history is told a line each, oldest first, by id, time and number', async (t) => {
  const past = [drift(0), drift(1, 'bond1'), drift(2), drift(3)];
  const { path } = await opened(t, houseInMemory({ past }));
  assert.deepEqual(await idsAndTimes(path, '/v1/history'), [
    'eth0 01:02',
    'bond1 01:03',
    'eth0 01:04',
    'eth0 01:05',
  ]);
  assert.deepEqual(await idsAndTimes(path, '/v1/history?limit=1'), ['eth0 01:05']);
  assert.deepEqual(await idsAndTimes(path, '/v1/history?id=bond1'), ['bond1 01:03']);
  assert.deepEqual(
    await idsAndTimes(path, '/v1/history?since=2026-11-21T01:03:00Z&until=2026-11-21T02:04:59%2B01:00'),
    ['bond1 01:03', 'eth0 01:04'],
  );
});

test('without a time the last hundred, with a time all of it', async (t) => {
  const past = Array.from({ length: 250 }, (_, minute) => drift(minute));
  const { path } = await opened(t, houseInMemory({ past }));
  assert.equal((await idsAndTimes(path, '/v1/history')).length, 100);
  assert.equal((await idsAndTimes(path, '/v1/history?since=2026-11-21')).length, 250);
  assert.equal((await idsAndTimes(path, '/v1/history?limit=0')).length, 250);
});

test('the doctor says who lacks what', async (t) => {
  const ability = {
    id: asObjectId('x0'),
    kind: 'macvlan',
    able: false,
    words: 'bclim: this kernel (6.1.176) does not know it',
    module: 'macvlan',
    package: null,
  };
  const field = { key: 'bclim', able: false, words: ability.words };
  const abilities = [{ ...ability, fields: [{ ...field, sinceLinux: '6.4' }] }];
  const { path } = await opened(t, houseInMemory({ abilities }));
  assert.deepEqual((await send(path, '/v1/doctor')).json, {
    abilities: [{ ...ability, fields: [{ ...field, since_linux: '6.4' }] }],
  });
});

test('a surprise in the house is an answer, and is told to who keeps the log', async (t) => {
  const surprises: unknown[] = [];
  const house = houseInMemory({ reloads: () => Promise.reject(new TypeError('x is not a function')) });
  const { path } = await opened(t, house, { surprised: (error) => surprises.push(error) });
  const reply = await send(path, '/v1/reload', { method: 'POST' });
  assert.equal(reply.status, 500);
  assert.deepEqual(reply.json, { error: { code: 'internal', message: 'x is not a function' } });
  assert.equal(surprises.length, 1);
});

test('a failure the house knows of is answered with its code', async (t) => {
  const house = houseInMemory({
    reloads: () => Promise.reject(new Failure('not-reachable', 'the keeper has ended')),
  });
  const { path } = await opened(t, house, { surprised: () => assert.fail('it was no surprise') });
  const reply = await send(path, '/v1/reload', { method: 'POST' });
  assert.equal(reply.status, 503);
  assert.equal(reply.json.error.message, 'the keeper has ended');
});

test('what is no HTTP is told so', async (t) => {
  const { path } = await opened(t);
  const socket = connect(path);
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (text) => {
    answer += text;
  });
  socket.end('hello?\r\n\r\n');
  await once(socket, 'close');
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.match(answer, /\{"error":\{"code":"bad-request","message":"this is not an HTTP request"\}\}\n$/);
});

test('a client that leaves in the middle of its request hurts nobody', async (t) => {
  const { path } = await opened(t, houseInMemory(), { surprised: (error) => assert.fail(String(error)) });
  const lines = await follow(path, '/v1/watch');
  const socket = connect(path);
  socket.write('POST /v1/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
  await once(socket, 'connect');
  socket.destroy();
  assert.equal((await send(path, '/v1/status')).status, 200);
  lines.close();
});
