import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Values } from '../../../src/model/value.ts';
import { receivePorts } from '../../../src/reconcilers/receive-ports.ts';
import { eachAttribute } from '../../../src/wire/attributes.ts';
import { sliceOf } from '../../../src/wire/bytes.ts';
import type { Names } from '../../../src/wire/type.ts';

interface Recorded {
  readonly requests: Readonly<Record<string, string>>;
  readonly replies: readonly string[];
  readonly ip: readonly Values[];
  readonly names: Readonly<Record<string, string>>;
}

/** include/uapi/linux/fou.h */
const FOU_ATTR_TYPE = 4;
const path = join(import.meta.dirname, '../../../../test/golden/errands/fou.json');
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded;
const names: Names = {
  nameOf: (index) => recorded.names[index],
  indexOf: (name) => Number(Object.entries(recorded.names).find(([, one]) => one === name)?.[0]),
};
const holder = { ifindex: 9, name: 't0', kind: 'ipip' };

/** Attributes by number: their order means nothing. */
function asked(bytes: Uint8Array): Record<number, string> {
  const { view, start, end } = sliceOf(bytes);
  const found: Record<number, string> = {};
  eachAttribute(view, start, end, (type, from, to) => {
    found[type] = Buffer.from(bytes.subarray(from, to)).toString('hex');
  });
  return found;
}

/** The options of ip-fou(8) as one would write them in a file. */
function writtenAs(words: readonly string[]) {
  const pairs: [string, string][] = [];
  for (let i = 0; i < words.length; i += 2) {
    const [key = '', value = ''] = words.slice(i, i + 2);
    pairs.push(key === 'gue' ? [key, 'true'] : [key, value]);
  }
  const scalar = (text: string) => ({ is: 'scalar', text, quoted: false, offset: 0 }) as const;
  const entries = pairs.map(([key, value]) => ({ key: scalar(key), value: scalar(value) }));
  return { is: 'map', offset: 0, entries } as const;
}

for (const [command, request] of Object.entries(recorded.requests)) {
  test(`\`ip ${command}\`: what we ask for is what ip asks for`, () => {
    const words = command.split(' ');
    const table = receivePorts(words[0] === '-6' ? 'IPv6' : 'IPv4', 4);
    const [entry] = table.read(writtenAs(words.slice(words.indexOf('port'))), { namespace: null, name: 't0' as never });
    assert.ok(entry);
    const errand = words.includes('del') ? table.remove(entry, holder, names) : table.add(entry, holder, names);
    assert.ok(errand?.by === 'generic-netlink');
    const theirs = asked(Buffer.from(request, 'hex'));
    // What a port is for says nothing when it is taken away (fou_nl_del_doit in net/ipv4/fou_core.c).
    if (words.includes('del')) delete theirs[FOU_ATTR_TYPE];
    assert.deepEqual(asked(errand.attributes), theirs);
  });
}

test('a port the kernel tells of is what ip shows', () => {
  const replies = recorded.replies.map((reply) => sliceOf(Buffer.from(reply, 'hex')));
  const found = receivePorts('IPv4', 4).decode(replies, names);
  const shown = recorded.ip.map(({ port, family, local, peer, peer_port, dev, ipproto }) => {
    const rest = Object.entries({ local, peer, peer_port, dev }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} ${value}`],
    );
    const key = [port, ...(family === 'inet6' ? ['-6'] : []), ...rest].join(' ');
    return { key, fields: ipproto === undefined ? { gue: true } : { ipproto, gue: false }, lasting: false };
  });
  assert.deepEqual(found, shown);
});
