import assert from 'node:assert/strict';
import { test } from 'node:test';
import { houseInMemory } from '../control/house-in-memory.ts';
import { opened } from '../control/opened.ts';
import { shell } from './shell.ts';

// Writes down each module as it is resolved; hooks run in a thread of their own, so straight to standard error.
const hooks = `
  export async function resolve(name, context, next) {
    const found = await next(name, context);
    process._rawDebug('loads ' + found.url);
    return found;
  }`;
const register = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;

async function loadedBy(commandLine: string, socket: string): Promise<readonly string[]> {
  const option = `--import="data:text/javascript,${encodeURIComponent(register)}"`;
  const { stderr } = await shell(commandLine, { VNETD_SOCKET: socket, NODE_OPTIONS: option });
  return stderr
    .split('\n')
    .flatMap((line) => (line.startsWith('loads ') ? [line.slice('loads '.length)] : []));
}

const heavy =
  /node_modules\/(?!commander\/)|\/src\/(netlink|config|history|inventory|owners|plan|reconcilers|wire|derive)\//;

test('status loads what it needs and no more: start-up is most of what it takes', async (t) => {
  const { path } = await opened(t, houseInMemory());
  const loaded = await loadedBy('vnetctl status', path);
  assert.ok(
    loaded.some((url) => url.endsWith('/cli/status.js')),
    'the hooks see nothing',
  );
  assert.deepEqual(
    loaded.filter((url) => heavy.test(url) || url.includes('commander') || url === 'node:http'),
    [],
  );
});

test('help loads commander and nothing that is only for doing', async (t) => {
  const { path } = await opened(t, houseInMemory());
  const loaded = await loadedBy('vnetctl --help', path);
  assert.ok(
    loaded.some((url) => url.includes('/commander/')),
    'the hooks see nothing',
  );
  assert.deepEqual(
    loaded.filter((url) => heavy.test(url)),
    [],
  );
});
