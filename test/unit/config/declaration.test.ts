import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings } from '../../../src/model/declaration.ts';
import { declared, settled } from './declared.ts';

test('only what is written is wanted; of links vnetd makes also that they are up', () => {
  const { eth0, d0, d1 } = declared(`
links:
  eth0: { mtu: 9000 }
  d0: { kind: dummy }
  d1: { kind: dummy, state: down }
`);
  assert.deepEqual(eth0?.fields, { mtu: 9000 });
  assert.deepEqual(d0?.fields, { state: 'up' });
  assert.deepEqual(d1?.fields, { state: 'down' });
  assert.deepEqual(eth0?.lists, {});
  assert.equal(eth0?.kind, 'device');
});

test('the state of a bond’s member is compared only where it is written', () => {
  const links = declared(`
links:
  bond0: { kind: bond, members: [d0, d1] }
  d0: { kind: dummy }
  d1: { kind: dummy, state: up }
  d2: { kind: dummy, master: bond0 }
  br0: { kind: bridge, ports: [d3] }
  d3: { kind: dummy }
`);
  assert.deepEqual(links.d0?.fields, { master: 'bond0' });
  assert.deepEqual(links.d1?.fields, { state: 'up', master: 'bond0' });
  assert.deepEqual(links.d2?.fields, { master: 'bond0' });
  assert.deepEqual(links.d3?.fields, { master: 'br0', state: 'up' });
});

test('membership means the same on the member and on the master', () => {
  const onMaster = declared('links: { br0: { kind: bridge, ports: { tap0: { cost: 5 } } } }');
  const onMember = declared(
    'links: { br0: { kind: bridge }, tap0: { master: br0, bridge_port: { cost: 5 } } }',
  );
  const onBoth = declared(
    'links: { br0: { kind: bridge, ports: [tap0] }, tap0: { master: br0, bridge_port: { cost: 5 } } }',
  );
  for (const { tap0 } of [onMaster, onMember, onBoth]) {
    assert.deepEqual(tap0?.fields, { master: 'br0', 'bridge_port.cost': 5 });
    assert.equal(tap0?.kind, 'device');
  }
});

test('a member that is only named is an object of its own, and says who names it', () => {
  const { eth1 } = declared('links:\n  bond0:\n    kind: bond\n    members: [eth0, eth1]\n');
  assert.deepEqual(eth1?.sources, [{ file: '1.yaml', line: 4, column: 21 }]);
  const both = declared(
    'links:\n  bond0: { kind: bond, members: [eth0] }\n',
    'links:\n  eth0: { mtu: 9000 }\n',
  );
  assert.deepEqual(both.eth0?.fields, { mtu: 9000, master: 'bond0' });
  assert.deepEqual(both.eth0?.sources, [
    { file: '2.yaml', line: 2, column: 3 },
    { file: '1.yaml', line: 2, column: 34 },
  ]);
});

test('exclusive completes every list that is written, or the lists it names', () => {
  const all = declared(
    'links: { br0: { kind: bridge, ports: [a], addresses: [10.0.0.1/24], exclusive: true }, b: { master: br0 } }',
  ).br0;
  assert.deepEqual(all?.onlyMembers, ['b', 'a']);
  assert.equal(all?.lists.addresses?.complete, true);

  const some = declared(
    'links: { br0: { kind: bridge, ports: [a], addresses: [10.0.0.1/24], exclusive: [addresses] } }',
  ).br0;
  assert.equal(some?.onlyMembers, undefined);
  assert.equal(some?.lists.addresses?.complete, true);

  const none = declared(
    'links: { br0: { kind: bridge, ports: [a], addresses: [10.0.0.1/24], exclusive: false } }',
  ).br0;
  assert.equal(none?.onlyMembers, undefined);
  assert.equal(none?.lists.addresses?.complete, false);

  const elsewhere = declared('links: { br0: { kind: bridge, exclusive: [ports] }, b: { master: br0 } }').br0;
  assert.deepEqual(elsewhere?.onlyMembers, ['b']);

  const unwritten = declared('links: { br0: { kind: bridge, exclusive: true }, b: { master: br0 } }').br0;
  assert.equal(unwritten?.onlyMembers, undefined);
});

test('the forms of a list declare the same entries', () => {
  const forms = [
    'addresses: [10.0.0.1/24, { address: 10.0.1.1/24, label: "a:x" }]',
    'addresses: { 10.0.0.1/24: {}, 10.0.1.1/24: { label: "a:x" } }',
  ];
  for (const form of forms) {
    assert.deepEqual(declared(`links: { a: { ${form} } }`).a?.lists.addresses?.entries, [
      { key: '10.0.0.1/24', fields: {} },
      { key: '10.0.1.1/24', fields: { label: 'a:x' } },
    ]);
  }
  const one = [{ key: '10.0.0.1/24', fields: { scope: 'link' } }];
  assert.deepEqual(
    declared('links: { a: { addresses: { address: 10.0.0.1/24, scope: link } } }').a?.lists.addresses
      ?.entries,
    one,
  );
  assert.deepEqual(
    declared('links: { a: { vlans: { 20-21: { untagged: on }, 10: {} } } }').a?.lists.vlans?.entries,
    [
      { key: '20', fields: { untagged: true } },
      { key: '21', fields: { untagged: true } },
      { key: '10', fields: {} },
    ],
  );
});

test('the other end of a declared pair is implied, whichever end names it', () => {
  const { v0, v1 } = declared('links: { v0: { kind: veth }, v1: { kind: veth, peer: v0 } }');
  assert.equal(v0?.fields.peer, 'v1');
  assert.equal(v1?.fields.peer, 'v0');
  assert.deepEqual(Object.keys(declared('links: { v0: { kind: veth, peer: v9 } }')), ['v0']);
});

test('a reference into the host’s namespace is the name alone, and other spellings are the key’s own', () => {
  const { v0, vx0 } = declared(
    'links: { v0: { kind: vlan, link: /eth0, id: 0x10 }, vx0: { kind: vxlan, id: 1, group: 239.1.1.1, dev: /v0 } }',
  );
  assert.deepEqual(v0?.fields, { link: 'eth0', id: 16, state: 'up' });
  assert.deepEqual(vx0?.fields, { id: 1, remote: '239.1.1.1', dev: 'v0', state: 'up' });
});

test('a namespace is an object before all that is in it, named by every file that adds to it', () => {
  const { declaration, errors } = settled(
    'links: { eth0: {} }\nnamespaces: { ns1: { links: { eth0: { mtu: 1400 } } }, ns2: }\n',
    'daemon: { on_drift: alert }\nnamespaces:\n  ns1: { links: { eth1: { on_drift: ignore } } }\n',
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(
    declaration.links.map(({ id, namespace, name, kind, onDrift }) => [id, namespace, name, kind, onDrift]),
    [
      ['ns1/', 'ns1', 'ns1/', 'namespace', 'alert'],
      ['ns2/', 'ns2', 'ns2/', 'namespace', 'alert'],
      ['eth0', null, 'eth0', 'device', 'alert'],
      ['ns1/eth0', 'ns1', 'eth0', 'device', 'alert'],
      ['ns1/eth1', 'ns1', 'eth1', 'device', 'ignore'],
    ],
  );
  const [ns1] = declaration.links;
  assert.deepEqual([ns1?.fields, ns1?.lists], [{}, {}]);
  assert.deepEqual(ns1?.sources, [
    { file: '1.yaml', line: 2, column: 15 },
    { file: '2.yaml', line: 3, column: 3 },
  ]);
});

test('the documents of a file may name one namespace each, which is one object', () => {
  const links = declared(
    'namespaces: { ns1: { links: { a: {} } } }\n---\nnamespaces: { ns1: { links: { b: {} } } }\n',
  );
  assert.deepEqual(Object.keys(links), ['ns1/', 'ns1/a', 'ns1/b']);
  assert.deepEqual(links['ns1/']?.sources, [{ file: '1.yaml', line: 1, column: 15 }]);
});

test('a reference into the link’s own namespace is the name alone, and others say where', () => {
  const links = declared(`
links:
  v0: { kind: vlan, link: ns1/eth0, id: 1 }
namespaces:
  ns1:
    links:
      v1: { kind: vlan, link: ns1/eth0, id: 2, master: ns1/br0 }
      v2: { kind: vlan, link: ns2/eth0, id: 3 }
      v3: { kind: vlan, link: /eth0, id: 4 }
      vx0: { kind: vxlan, id: 5, dev: ns1/eth0, link_netns: ns1 }
      br0: { kind: bridge }
      b0: { kind: bond, primary: ns1/eth0 }
  ns2: {}
`);
  assert.equal(links.v0?.fields.link, 'ns1/eth0');
  assert.deepEqual(links['ns1/v1']?.fields, { link: 'eth0', id: 2, master: 'br0', state: 'up' });
  assert.equal(links['ns1/v2']?.fields.link, 'ns2/eth0');
  assert.equal(links['ns1/v3']?.fields.link, '/eth0');
  assert.deepEqual(links['ns1/vx0']?.fields, { id: 5, dev: 'eth0', link_netns: 'ns1', state: 'up' });
  assert.equal(links['ns1/b0']?.fields.primary, 'eth0');
});

test('membership is within a namespace, whoever has the same name elsewhere', () => {
  const links = declared(`
links: { br0: { kind: bridge, ports: [tap0], exclusive: true } }
namespaces:
  ns1: { links: { br0: { kind: bridge, ports: { tap0: { cost: 5 }, tap1: {} }, exclusive: true } } }
`);
  assert.deepEqual(links.tap0?.fields, { master: 'br0' });
  assert.deepEqual(links['ns1/tap0']?.fields, { master: 'br0', 'bridge_port.cost': 5 });
  assert.deepEqual(links.br0?.onlyMembers, ['tap0']);
  assert.deepEqual(links['ns1/br0']?.onlyMembers, ['tap0', 'tap1']);
});

test('the other end of a pair across namespaces is implied, as it is named from there', () => {
  const links = declared(`
links: { v0: { kind: veth, peer: ns1/eth0 }, v1: { kind: veth } }
namespaces:
  ns1: { links: { eth0: { kind: veth }, eth1: { kind: veth, peer: /v1 }, eth2: { kind: veth, peer: ns2/eth2 } } }
  ns2: { links: { eth2: { kind: veth }, eth3: { kind: veth, peer: /v3 } } }
`);
  const peers = Object.values(links).flatMap(({ id, fields }) => (fields.peer ? [[id, fields.peer]] : []));
  assert.deepEqual(peers, [
    ['v0', 'ns1/eth0'],
    ['v1', 'ns1/eth1'],
    ['ns1/eth0', '/v0'],
    ['ns1/eth1', '/v1'],
    ['ns1/eth2', 'ns2/eth2'],
    ['ns2/eth2', 'ns1/eth2'],
    ['ns2/eth3', '/v3'],
  ]);
});

test('settings stand in one file, defaults are filled in, and a link may differ', () => {
  const { declaration } = settled(
    'links: { a: {}, b: { on_drift: ignore } }',
    'daemon: { on_drift: alert, sweep: 1.5m, contested: { after: 0 }, history: { size: 1GiB }, log_level: debug }',
  );
  assert.deepEqual(declaration.daemon, {
    ...defaultSettings,
    onDrift: 'alert',
    sweepMs: 90_000,
    contested: { after: 0, withinMs: 60_000 },
    history: { ...defaultSettings.history, sizeBytes: 1024 ** 3 },
    logLevel: 'debug',
  });
  assert.deepEqual(
    declaration.links.map(({ onDrift }) => onDrift),
    ['alert', 'ignore'],
  );
});

test('the texts of a value count as written', () => {
  const { null: odd } = declared('links: { null: { alias: 01, address: 02:00:00:00:00:0A, mtu: 0x5dc } }');
  assert.deepEqual(odd?.fields, { alias: '01', address: '02:00:00:00:00:0a', mtu: 1500 });
});
