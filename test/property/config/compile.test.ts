import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Document, parse, stringify } from 'yaml';
import { compileFile } from '../../../src/config/compile-file.ts';
import { settle } from '../../../src/config/settle.ts';
import { placeAt, sourceOf } from '../../../src/config/source.ts';
import { linkKey } from '../../../src/derive/link-keys.ts';
import type { Value } from '../../../src/model/value.ts';
import { everyLinkOf } from '../../../src/reconcilers/every-link.ts';
import { kindNamed, kinds, linkKinds, masters, mayBeMember } from '../../../src/reconcilers/index.ts';
import type { Fields, Kind } from '../../../src/reconcilers/kind.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,14}$/);

/** For each key of a table, perhaps, one of the values its type says may be written. */
function written(fields: Fields, required: readonly string[] = []): fc.Arbitrary<Record<string, Value>> {
  const choices = Object.entries(fields).map(([key, row]) => {
    const samples: readonly Value[] = row.type.samples;
    return [key, samples.length > 0 ? fc.constantFrom(...samples) : name] as const;
  });
  const choice = Object.fromEntries(choices);
  const requiredKeys = Object.entries(fields).flatMap(([key, row]) => (row.required ? [key] : []));
  return fc.record(choice, { requiredKeys: [...requiredKeys, ...required] }) as fc.Arbitrary<
    Record<string, Value>
  >;
}

function port(kind: Kind): fc.Arbitrary<Record<string, Value>> {
  const { membership } = kind;
  return membership?.port === undefined ? fc.constant({}) : written(membership.port.fields);
}

/** A link of some kind with any of its keys. */
const link: fc.Arbitrary<Record<string, Value>> = fc
  .tuple(fc.constantFrom(...linkKinds), fc.constantFrom(...masters))
  .chain(([kind, master]) =>
    fc
      .tuple(written({ ...everyLinkOf(kind), ...kind.fields }), port(master), fc.boolean())
      .map(([own, inMaster, withPort]) => ({
        ...(kind.name === 'device' ? {} : { kind: kind.name }),
        ...own,
        ...(withPort && mayBeMember(kind) && master.membership?.port
          ? { [master.membership.port.key]: inMaster }
          : {}),
      })),
  );

test('whatever the tables say may be written compiles, to the value that was written', () => {
  fc.assert(
    fc.property(name, link, (key, body) => {
      const { part, errors } = compileFile(sourceOf('a.yaml', stringify({ links: { [key]: body } })));
      assert.deepEqual(errors, []);
      const { kind = 'device', ...fields } = body;
      const [compiled] = part?.links ?? [];
      assert.equal(compiled?.kind, kind);
      const found = Object.fromEntries(
        Object.entries(compiled?.fields ?? {}).map(([field, { value }]) => [field, value]),
      );
      assert.deepEqual(found, dotted(String(kind), fields));
    }),
    { numRuns: 500 },
  );
});

/** Attributes in a master, and those in an open map, as they are kept: under dotted keys. */
function dotted(kind: string, fields: Record<string, Value>): Record<string, Value> {
  const ports = new Set(masters.map(({ membership }) => membership?.port?.key));
  const isMap = (key: string) => linkKey(kindNamed(kind) ?? kinds.device, key)?.is === 'map';
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) =>
      ports.has(key) || isMap(key)
        ? Object.entries(value as object).map(([inner, one]) => [`${key}.${inner}`, one])
        : [[key, value]],
    ),
  );
}

test('printing what was compiled and compiling that again changes nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(name, link, { maxKeys: 4 }), (links) => {
      const once = compiled(stringify({ links }));
      const again = compiled(stringify({ links: once }, { defaultStringType: 'QUOTE_DOUBLE' }));
      assert.deepEqual(again, once);
    }),
    { numRuns: 200 },
  );
});

function compiled(text: string): Record<string, Record<string, Value>> {
  const { part, errors } = compileFile(sourceOf('a.yaml', text));
  assert.deepEqual(errors, [], text);
  return Object.fromEntries(
    (part?.links ?? []).map((one) => {
      const fields: Record<string, Value> = one.kind === 'device' ? {} : { kind: one.kind };
      for (const [key, { value }] of Object.entries(one.fields)) put(fields, key, value);
      return [one.name, fields];
    }),
  );
}

function put(fields: Record<string, Value>, key: string, value: Value): void {
  const [head = '', inner] = key.split('.');
  if (inner === undefined) fields[key] = value;
  else fields[head] = { ...(fields[head] as object | undefined), [inner]: value };
}

/** Text that looks like configuration often enough to get far. */
const word = fc.constantFrom(
  ...[
    'links',
    'namespaces',
    'ns1',
    'daemon',
    'eth0',
    'br0',
    'kind',
    'bridge',
    'bond',
    'veth',
    'vlan',
    'vxlan',
    'macvlan',
    'ports',
    'members',
    'master',
  ],
  ...[
    'link',
    'peer',
    'id',
    'mtu',
    'addresses',
    '10.0.0.1/24',
    'vlans',
    'exclusive',
    'bridge_port',
    'cost',
    'null',
    '~',
    'none',
    '10',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ': ',
    ', ',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '&a ',
    '*a',
    '<<: ',
    '"',
    "'",
    '|\n',
    '>\n',
    '---\n',
    '!x ',
    '#',
    '\t',
    '\0',
    '?',
  ],
  ...[
    '__proto__',
    'constructor',
    '%YAML 1.1\n',
    '...\n',
    '\r\n',
    '\ufeff',
    '/',
    'ns1/eth0',
    '/eth0',
    'true',
    '1500',
    '-1',
    '9e99',
  ],
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc
    .array(fc.oneof({ weight: 9, arbitrary: word }, { weight: 1, arbitrary: fc.string({ maxLength: 3 }) }), {
      maxLength: 60,
    })
    .map((words) => words.join('')),
);

/** Any YAML at all under a link. */
const anything = fc.jsonValue({ maxDepth: 3 }).map((value) => `links: { br0: ${JSON.stringify(value)} }`);
const names = ['a', 'b', 'c', 'd'];
const anyName = fc.constantFrom(...names, '/a', '/b', 'ns1/a', 'ns1/b', 'ns2/a');
const shuffledLinks = fc.dictionary(
  fc.constantFrom(...names),
  fc
    .record(
      {
        kind: fc.constantFrom('bridge', 'bond', 'vlan', 'veth', 'macvlan', 'vxlan', 'vrf', 'dummy', 'device'),
        ports: fc.subarray(['a', 'b', 'c', 'd']),
        members: fc.subarray(['a', 'b', 'c', 'd']),
        master: fc.constantFrom('a', 'b', 'c', 'd', 'none'),
        link: anyName,
        peer: anyName,
        dev: anyName,
        link_netns: fc.constantFrom('/', 'ns1', 'ns2'),
        id: fc.constantFrom(1, 2),
        table: fc.constant(10),
        mode: fc.constantFrom('passthru', 'active-backup'),
        exclusive: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map(mostlyFitting),
);

/** Without what would keep the file from being looked at together with others: keys and modes of other kinds. */
function mostlyFitting(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kind = kindNamed(String(body.kind ?? 'device')) ?? kinds.device;
  const isOfAnother = (key: string, value: unknown) =>
    linkKey(kind, key) === undefined ||
    (key === 'mode' && (value === 'passthru') !== (kind.name === 'macvlan'));
  return Object.fromEntries(Object.entries(body).filter(([key, value]) => !isOfAnother(key, value)));
}

const shuffled = fc
  .record(
    {
      links: shuffledLinks,
      namespaces: fc.dictionary(fc.constantFrom('ns1', 'ns2'), fc.record({ links: shuffledLinks })),
    },
    { requiredKeys: [] },
  )
  .map((file) => stringify(file));

test('any text at all gets a verdict: links, or complaints with a place in the text', () => {
  fc.assert(
    fc.property(fc.oneof(text, anything, shuffled), fc.oneof(text, shuffled), (one, other) => {
      const candidates = [one, other].map((content, i) => {
        const source = sourceOf(`${i}.yaml`, content);
        const { part, errors } = compileFile(source);
        assert.equal(part === null, errors.length > 0);
        for (const { line, column, excerpt, message } of errors) {
          const end = placeAt(source, content.length);
          assert.ok(line >= 1 && line <= end.line && column >= 1, `${line}:${column}`);
          assert.ok(message.length > 0);
          assert.match(excerpt ?? '', /^[^\n]*\n[\t ]*\^$/);
        }
        return { file: source.file, versions: part === null ? [] : [{ source, part }] };
      });
      const { declaration, errors, inForce } = settle(candidates);
      assert.equal(declaration.whole, inForce.size === 2);
      if (errors.length > 0) assert.equal(declaration.whole, false);
      const again = settle(candidates.filter(({ file }) => inForce.has(file)));
      assert.deepEqual(again.errors, []);
      assert.deepEqual(again.declaration.links, declaration.links);
    }),
    { numRuns: 1000 },
  );
});

test('what YAML itself understands is understood the same way here', () => {
  const scalar = fc.oneof(fc.string({ maxLength: 12 }), fc.integer(), fc.boolean());
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), scalar, { maxKeys: 5 }), (map) => {
      fc.pre(!Object.hasOwn(map, '<<'));
      const yaml = new Document({ links: { d0: { kind: 'dummy', alias: JSON.stringify(map) } } }).toString();
      const { part } = compileFile(sourceOf('a.yaml', yaml));
      const alias = part?.links[0]?.fields.alias?.value;
      assert.equal(
        alias,
        Buffer.byteLength(JSON.stringify(map)) > 255 ? undefined : parse(yaml).links.d0.alias,
      );
    }),
  );
});
