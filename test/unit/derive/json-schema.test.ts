import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { jsonSchema } from '../../../src/derive/json-schema.ts';
import { linkKinds, listsOf, masters, partKinds } from '../../../src/reconcilers/index.ts';
import type { AnyRow } from '../../../src/reconcilers/kind.ts';
import { conforms } from './conforms.ts';

const checkout = join(import.meta.dirname, '../../../..');
const schema = jsonSchema();

function fits(yaml: string): boolean {
  return conforms(schema, parse(yaml));
}

test('every example fits the schema', () => {
  for (const folder of ['etc/vnetd', 'etc/vnetd/examples']) {
    for (const file of readdirSync(join(checkout, folder)).filter((name) => name.endsWith('.yaml'))) {
      assert.ok(fits(readFileSync(join(checkout, folder, file), 'utf8')), `${folder}/${file}`);
    }
  }
});

test('every form in which something may be written fits the schema', () => {
  const text = readFileSync(join(checkout, 'test/golden/config/nothing-wrong/10.yaml'), 'utf8');
  for (const document of parseAllDocuments(text)) {
    assert.ok(conforms(schema, document.toJS()), document.toString());
  }
});

test('what validation refuses for its shape does not fit the schema', () => {
  for (const yaml of [
    'links: []',
    'linsk: {}',
    'links: { eth0: { mut: 9000 } }',
    'links: { eth0: null }',
    'links: { eth0: { mtu: null } }',
    'links: { eth0: { mtu: many } }',
    'links: { eth0: { miimon: 100 } }',
    'links: { br0: { ports: [tap0] } }',
    'links: { b: { kind: bond, ports: [tap0] } }',
    'links: { b: { kind: birdge } }',
    'links: { v: { kind: vlan, id: 5 } }',
    'links: { v: { kind: vlan, link: eth0, id: 4095 } }',
    'links: { averyverylongname: {} }',
    'links: { "a:b": {} }',
    'links: { br0: { kind: bridge, ports: { tap0: { csot: 5 } } } }',
    'links: { vrf0: { kind: vrf, table: 1, members: { eth0: { cost: 5 } } } }',
    'links: { eth0: { addresses: [{ label: "eth0:a" }] } }',
    'links: { eth0: { addresses: { 10.0.0.1/24: { lable: x } } } }',
    'links: { eth0: { exclusive: [ports] } }',
    'links: { eth0: { on_drift: never } }',
    'daemon: { sweep: 30 }',
    'daemon: { contested: { afters: 3 } }',
    'links: { s: { kind: ovs-bridge, ports: { p: { tag: 4096 } } } }',
    'links: { s: { kind: ovs-bridge, ports: { p: { kind: ovs-port } } } }',
    'links: { s: { kind: ovs-bridge, ports: { p: { bridge: s } } } }',
    'links: { s: { kind: ovs-bridge, datapath_type: dummy } }',
    'links: { s: { kind: ovs-bridge, other_config: [hwaddr] } }',
    'links: { s: { kind: ovs-bridge, vlans: [1] } }',
    'links: { p: { kind: ovs-port } }',
    'routes: []',
    'links: { n: { kind: namespace } }',
    'namespaces: null',
    'namespaces: [ns1]',
    'namespaces: { ns1: [] }',
    'namespaces: { ns1: { links: null } }',
    'namespaces: { ns1: { links: { eth0: { mut: 9000 } } } }',
    'namespaces: { ns1: { daemon: {} } }',
    'namespaces: { "..": {} }',
    'namespaces: { "a/b": {} }',
    'namespaces: { "two words": {} }',
    'links: { vx0: { kind: vxlan, id: 5, link_netns: a/b } }',
  ]) {
    assert.equal(fits(yaml), false, yaml);
  }
});

test('every key of every table is in the schema, with its sentence', () => {
  const definitions = schema.definitions as Readonly<
    Record<string, { properties: Record<string, { description?: string }> }>
  >;
  for (const kind of [...linkKinds, ...partKinds]) {
    const properties = definitions[`kind.${kind.name}`]?.properties ?? {};
    for (const [key, row] of Object.entries<AnyRow>(kind.fields).filter(([, one]) => one.implied !== true))
      assert.ok(properties[key]?.description?.startsWith(row.doc), `${kind.name}.${key}`);
    for (const key of Object.keys(listsOf(kind))) assert.ok(properties[key], `${kind.name}.${key}`);
  }
  for (const { membership } of masters) {
    const port = membership?.port;
    const properties = definitions[`port.${port?.key}`]?.properties ?? {};
    for (const key of Object.keys(port?.fields ?? {})) assert.ok(properties[key], `${port?.key}.${key}`);
  }
});
