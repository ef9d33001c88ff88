import { appendFileSync } from 'node:fs';
import { Transform } from 'node:stream';
import type { TestEvent as NodeEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import type { TestEvent } from './runner/events.ts';

const path = process.env.VNETD_TEST_EVENTS;
if (path === undefined) {
  throw new Error('VNETD_TEST_EVENTS names no file');
}
/** The names of the tests around the one being reported, by nesting. */
const names: string[] = [];

/**
 * Writes what node:test reports into the file $VNETD_TEST_EVENTS, one JSON object a line (see `TestEvent`).
 * Each line is a write and a close of its own, so that all of them have reached the host when a kernel dies.
 */
export default new Transform({
  writableObjectMode: true,
  transform(event: NodeEvent, _encoding, done) {
    const told = translate(event);
    if (told !== undefined) {
      appendFileSync(path, `${JSON.stringify(told)}\n`);
    }
    done();
  },
});

function translate(event: NodeEvent): TestEvent | undefined {
  switch (event.type) {
    case 'test:dequeue':
      return { event: 'running', name: event.data.name };
    case 'test:start':
      names.splice(event.data.nesting, names.length, event.data.name);
      return undefined;
    case 'test:pass':
    case 'test:fail':
      return outcome(event);
    case 'test:diagnostic':
      return { event: 'diagnostic', message: event.data.message };
    case 'test:stdout':
    case 'test:stderr':
      return { event: 'output', file: event.data.file, text: event.data.message };
    default:
      return undefined;
  }
}

type Ended = Extract<NodeEvent, { type: 'test:pass' | 'test:fail' }>;

function outcome(event: Ended): TestEvent | undefined {
  const { data } = event;
  if (data.details.type === 'suite') {
    return undefined;
  }
  const told = {
    file: data.file ?? '',
    name: names.slice(0, data.nesting + 1).join(' > '),
    ms: Math.round(data.details.duration_ms * 10) / 10,
  };
  const passedOver = data.skip ?? data.todo;
  if (passedOver !== undefined && passedOver !== false) {
    return {
      event: 'skip',
      ...told,
      reason: typeof passedOver === 'string' ? passedOver : 'no reason given',
    };
  }
  if (event.type === 'test:pass') {
    return { event: 'pass', ...told };
  }
  const { error } = event.data.details;
  // A test is red by itself, not for a red one inside it.
  if ('failureType' in error && error.failureType === 'subtestsFailed') {
    return undefined;
  }
  // A file that `node --test` runs is a test by itself, and red when its process dies.
  if ('exitCode' in error) {
    return { event: 'fail', ...told, name: '(process died)', error: `It ended with ${error.exitCode}.` };
  }
  return { event: 'fail', ...told, error: describe(error.cause ?? error) };
}

/** An error with all it carries, without the frames of Node's own test runner. */
function describe(error: unknown): string {
  // What an assertion carries is in its message, as a diff.
  const text =
    error instanceof Error && error.name === 'AssertionError' && error.stack !== undefined
      ? error.stack
      : inspect(error, { depth: 8 });
  return text
    .split('\n')
    .filter((line) => !/^\s+at .*\bnode:(internal\/|async_hooks|events)/.test(line))
    .join('\n');
}
