import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeRow } from '../../../src/derive/codec.ts';
import { type LinkName, objectId } from '../../../src/model/address.ts';
import { canonical, type Value, type Values } from '../../../src/model/value.ts';
import { encodeStep } from '../../../src/owners/rtnetlink.ts';
import { fieldsOf, kinds, linkKinds, masterOfPortKey } from '../../../src/reconcilers/index.ts';
import { eachAttribute } from '../../../src/wire/attributes.ts';
import { sliceOf } from '../../../src/wire/bytes.ts';
import { IFLA, IFLA_INFO } from '../../../src/wire/if-link.ts';
import { SIZE } from '../../../src/wire/rtnetlink.ts';
import type { Names } from '../../../src/wire/type.ts';
import { outside } from '../../kernel/fields/outside.ts';
import type { LinkJson } from '../../kernel/support/ip.ts';

// A case is a file recorded from a kernel: see `record` in this folder.
const packets = join(import.meta.dirname, '../../../../test/golden/packets');

interface Packet {
  readonly kind: string;
  readonly name: string;
  readonly link: string;
  readonly command: string;
  readonly fields: Values;
  /** Attributes ip sends besides, which mean nothing to the kernel here. */
  readonly idle?: readonly string[];
  readonly request: string;
  readonly message: string;
  readonly ip: LinkJson;
  readonly names: Readonly<Record<string, string>>;
}

const cases: readonly Packet[] = Object.keys(kinds).flatMap((kind) => {
  const folder = join(packets, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Packet);
});

test('there is a packet of every kind of link the kernel makes on request', () => {
  const made = linkKinds.filter(({ made: isMade, owner }) => isMade && owner === 'kernel');
  const recorded = new Set(cases.map(({ kind }) => kind));
  assert.deepEqual(
    made.map(({ name }) => name).filter((name) => !recorded.has(name)),
    [],
  );
});

/** The kind a golden link is of: that of the case, unless it is about a member of such a master. */
function kindOf({ ip, kind }: Packet): string {
  return ip.linkinfo?.info_kind ?? kind;
}

function namesIn({ names }: Packet): Names {
  return {
    indexOf: (name) => Number(Object.keys(names).find((index) => names[index] === name)) || undefined,
    nameOf: (index) => names[String(index)],
  };
}

for (const packet of cases) {
  test(`${packet.kind}/${packet.name}: the kernel’s message decodes to what was asked for, and to what ip shows`, () => {
    const message = sliceOf(Buffer.from(packet.message, 'hex'));
    const table = fieldsOf(kindOf(packet));
    for (const [key, wanted] of Object.entries(packet.fields)) {
      const row = table[key];
      assert.ok(row, key);
      const found = decodeRow(row, message, namesIn(packet));
      // The kernel has it, or (numrxqueues) never tells.
      if (found === undefined && row.untold === true) continue;
      assert.notEqual(found, undefined, key);
      assert.ok(row.type.agrees(wanted, found), `${key}: asked for ${canonical(wanted)}, decoded ${canonical(found ?? null)}`);
    }
    let compared = 0;
    for (const [key, row] of Object.entries(table)) {
      const inMaster = masterOfPortKey(key);
      if (inMaster !== undefined && inMaster.kernel?.kind !== packet.ip.linkinfo?.info_slave_kind) continue;
      const found = decodeRow(row, message, namesIn(packet));
      const [tableName, ownKey] = key.includes('.') ? (key.split('.') as [string, string]) : [kindOf(packet), key];
      if (found === undefined) continue;
      const shown = outside(tableName, ownKey).read({ link: packet.ip, raw: rawOf(packet) });
      if (shown === undefined || shown === null) continue;
      assert.equal(plain(found), plain(shown, found), key);
      compared += 1;
    }
    assert.ok(compared >= 10, `only ${compared} keys compared`);
  });

  test(`${packet.kind}/${packet.name}: what we ask for is what ip asks for`, () => {
    const step = {
      do: packet.command.startsWith('link add') ? 'create' : 'set',
      id: objectId(null, packet.link as LinkName),
      kind: kindOf(packet),
      fields: packet.fields,
    } as const;
    const holder = { ifindex: namesIn(packet).indexOf(packet.link) ?? 0, name: packet.link, kind: kindOf(packet) };
    const encoding = encodeStep(step, {
      names: namesIn(packet),
      namespace: null,
      under: () => ({ names: namesIn(packet), namespace: null }),
      holder: () => holder,
      at: () => undefined,
      numberOf: () => undefined,
      descriptor: () => -1,
    });
    assert.ok('requests' in encoding);
    const [request] = encoding.requests;
    assert.ok(request);
    const theirs = asked(Buffer.from(packet.request, 'hex'));
    for (const path of packet.idle ?? []) {
      assert.ok(Object.hasOwn(theirs, path), `ip does not send ${path}`);
      delete theirs[path];
    }
    assert.deepEqual(asked(request.body), theirs);
  });
}

/** Nests of a link message that hold attributes and not a value. */
const nests = new Set(
  [
    [IFLA.LINKINFO],
    [IFLA.LINKINFO, IFLA_INFO.DATA],
    [IFLA.LINKINFO, IFLA_INFO.SLAVE_DATA],
    [IFLA.AF_SPEC],
    [IFLA.AF_SPEC, 10],
  ].map((path) => path.join('/')),
);

/** What is asked for. ip names `KIND_slave` as the link's own kind, we the master's kind; the kernel reads neither. */
function asked(body: Uint8Array): Record<string, string> {
  const tree = treeOf(body);
  const [own, master] = [`${IFLA.LINKINFO}/${IFLA_INFO.KIND}`, `${IFLA.LINKINFO}/${IFLA_INFO.SLAVE_KIND}`];
  const kind = Buffer.from(tree[own] ?? '', 'hex').toString();
  if (kind.endsWith('_slave')) delete tree[own];
  delete tree[master];
  return tree;
}

/** Header and attributes by path, order and padding aside. */
function treeOf(body: Uint8Array): Record<string, string> {
  const { view, start, end } = sliceOf(body);
  const found: Record<string, string> = {
    header: Buffer.from(body.subarray(0, SIZE.ifinfomsg)).toString('hex'),
  };
  const walk = (from: number, to: number, path: readonly number[]) => {
    eachAttribute(view, from, to, (type, at, until) => {
      const here = [...path, type];
      if (nests.has(here.join('/'))) walk(at, until, here);
      else found[here.join('/')] = Buffer.from(body.subarray(at, until)).toString('hex');
    });
  };
  walk(start + SIZE.ifinfomsg, end, []);
  return found;
}

/** The attributes of kind and membership by number, for keys ip has no word for. */
function rawOf({ message }: Packet) {
  const tree = treeOf(Buffer.from(message, 'hex'));
  const under = (nest: number) => {
    const prefix = `${IFLA.LINKINFO}/${nest}/`;
    const own = Object.entries(tree).filter(([path]) => path.startsWith(prefix));
    return Object.fromEntries(own.map(([path, hex]) => [path.slice(prefix.length), hex]));
  };
  return { data: under(IFLA_INFO.DATA), slave: under(IFLA_INFO.SLAVE_DATA) };
}

/** A value as text: ip shows switches as 0 and 1, some numbers in hexadecimal, sets in the kernel's order. */
function plain(value: Value, like: Value = value): string {
  if (typeof like === 'boolean') return String(value === true || value === 1 || value === 'on');
  if (typeof like === 'number') return String(Number(value));
  if (Array.isArray(value)) return canonical([...value].sort());
  return typeof value === 'object' ? canonical(value) : String(value);
}
