import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { peerCredentials } from '../../../src/netlink/native.ts';
import { houseInMemory, object, statusOf } from './house-in-memory.ts';
import { opened } from './opened.ts';

// Prints the status and the body of one request, or the code of what went wrong.
const asking = `
  const [socketPath, method, path] = process.argv.slice(1);
  require('node:http').request({ socketPath, method, path }, (response) => {
    process.stdout.write(response.statusCode + ' ');
    response.pipe(process.stdout);
  }).on('error', ({ code }) => process.stdout.write(code)).end();
`;

/** What a process of that user and group is answered. */
async function askAs(
  user: string,
  group: string,
  path: string,
  method: string,
  target: string,
): Promise<string> {
  const as = ['--reuid', user, '--regid', group, '--clear-groups'];
  const child = spawn('setpriv', [...as, process.execPath, '-e', asking, path, method, target]);
  child.stdout.setEncoding('utf8');
  let answer = '';
  for await (const piece of child.stdout) answer += piece;
  if (child.exitCode === null) await once(child, 'exit');
  return answer;
}

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'only root can become somebody else';
  const { status } = spawnSync('setpriv', ['--reuid', 'nobody', process.execPath, '-e', '0']);
  return status === 0 ? false : 'setpriv is not there, or nobody may not run node';
}

test('the group reads, root changes, others do neither', { skip: whyNot() }, async (t) => {
  const house = houseInMemory({ status: statusOf([object('eth0')]) });
  const { path } = await opened(t, house, { group: 'daemon', peer: peerCredentials });

  assert.match(await askAs('nobody', 'daemon', path, 'GET', '/v1/status'), /^200 \{"version"/);
  assert.equal(
    await askAs('nobody', 'daemon', path, 'POST', '/v1/objects/eth0/restore'),
    '403 {"error":{"code":"no-permission","message":"only root may change anything, and you are user 65534"}}\n',
  );
  assert.match(await askAs('root', 'root', path, 'POST', '/v1/objects/eth0/restore'), /^200 \{"id":"eth0"/);
  assert.equal(await askAs('nobody', 'nogroup', path, 'GET', '/v1/status'), 'EACCES');
});
