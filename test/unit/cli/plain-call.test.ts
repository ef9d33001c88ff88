import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../../src/cli/commands.ts';
import { plainCall } from '../../../src/cli/plain-call.ts';
import { commandLine } from '../../../src/cli/program.ts';

type Read = { readonly name: string; readonly operands: readonly string[]; readonly options: object } | null;

/** How commander reads the words; null where it has something to say about them instead. */
async function readByCommander(words: readonly string[]): Promise<Read> {
  let read: Read = null;
  const program = commandLine((row, command) => async () => {
    read = { name: row.name, operands: command.args, options: { ...command.optsWithGlobals() } };
  });
  for (const each of [program, ...program.commands])
    each.exitOverride().configureOutput({ writeErr() {}, writeOut() {} });
  await program.parseAsync([...words], { from: 'user' }).catch(() => undefined);
  return read;
}

function readPlainly(words: readonly string[]): Read {
  const call = plainCall(words);
  return call === null ? null : { name: call.row.name, operands: call.operands, options: call.options };
}

const plain = [
  'status',
  'status eth0 ns1/eth0',
  'status --json',
  'status -w eth0',
  'status --socket /run/x.sock --watch',
  'status --socket=/run/x.sock eth0 --json',
  '--socket /run/x.sock status',
  '--json --socket=/run/x.sock status --watch eth0',
  '--socket a status --socket b',
  '--socket /run/x.sock schema',
  'show eth0',
  'wait -t 3s',
  'wait --timeout=3s eth0 bond1',
  'history -n 5 -r --since 2h',
  'history eth0 --until=today -f',
  'validate --config-dir /etc/x',
  'validate a.yaml b.yaml --json',
  'explain',
  'explain bond.mode',
  'schema',
];

for (const words of plain) {
  test(`vnetctl ${words} is read as commander reads it`, async () => {
    const read = readPlainly(words.split(' '));
    assert.notEqual(read, null);
    assert.deepEqual(read, await readByCommander(words.split(' ')));
  });
}

const left = [
  ...[
    '',
    'stauts',
    '--watch status',
    '--json',
    '--socket status',
    '--help',
    'help',
    'status --help',
    'status -h',
    'status --wach',
    'status --json=yes',
  ],
  ...[
    'status --socket',
    'status --socket --json',
    'show',
    'show a b',
    'history a b',
    'schema x',
    'schema --socket s',
  ],
  ...['wait -t3s', 'status -- -w', 'pause eth0', 'restore', 'history -rf'],
];

for (const words of left) {
  test(`vnetctl ${words} is left to commander`, () => assert.equal(readPlainly(words.split(' ')), null));
}

test('every command has an example that is read without a word', () => {
  for (const { name, examples } of commands) {
    const [first] = examples[0] ?? assert.fail(`${name} has none`);
    const words = (first.split(/ [|>]/)[0] as string).split(' ').slice(1);
    assert.equal(readPlainly(words)?.name, name);
  }
});
