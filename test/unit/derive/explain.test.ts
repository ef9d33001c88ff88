import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Explanation, explain } from '../../../src/derive/explain.ts';
import { explanationText } from '../../../src/derive/explain-text.ts';
import { everyLink } from '../../../src/reconcilers/every-link.ts';
import { kinds, linkKinds, lists } from '../../../src/reconcilers/index.ts';

function said(query: string): string {
  return explanationText(explain(query));
}

test('a key says what it takes, when it can be changed and when a change is seen', () => {
  assert.deepEqual(explain('vlan.id'), {
    is: 'key',
    path: 'vlan.id',
    key: {
      key: 'id',
      doc: 'The VLAN identifier.',
      takes: '0 to 4094',
      required: true,
      change: 'only by making the link anew: disruptive, and never done to a link vnetd did not make',
      notice: 'at once',
      inAWord: { change: 'anew', notice: 'at once' },
      since: null,
      config: null,
      also: [],
    },
  });
  assert.match(said('bridge.fdb_max_learned'), /^ {2}since +Linux 6\.7$/m);
  assert.match(said('bridge.vlan_filtering'), /^ {2}needs +a kernel with CONFIG_BRIDGE_VLAN_FILTERING$/m);
  assert.match(said('netkit'), /^Since Linux 6\.7\.$/m);
  assert.match(
    said('vxlan.local'),
    /^ {2}changed +while the link is in use, depending on `local`, `remote`$/m,
  );
  assert.match(said('addresses.valid_lft'), /^ {2}takes +seconds, or forever$/m);
  assert.doesNotMatch(['addresses', 'vlans', 'fou', 'prl'].map(said).join(''), /a text$/m);
  assert.equal(
    said('bond.miimon'),
    [
      'bond.miimon',
      '  Time between two looks at the members’ carrier, in milliseconds; 0 for never.',
      '  takes    0 to 2147483647',
      '  changed  while the link is in use',
      '  noticed  at once while the link is up, else at the next sweep',
      '',
    ].join('\n'),
  );
});

test('every word of the configuration has an explanation', () => {
  const queries = [
    '',
    ...Object.keys(everyLink),
    ...Object.keys(lists),
    ...[
      'kind',
      'on_drift',
      'exclusive',
      'bridge_port',
      'bond_port',
      'daemon',
      'daemon.contested',
      'daemon.contested.after',
      'namespace',
      'namespaces',
      'namespace.links',
      'namespaces.links',
    ],
    'ovs-port',
    ...['ovs-port.bond', 'ovs-bridge.ports.bond', 'ovs-bridge.ports.bond.lacp'],
    ...Object.keys(kinds['ovs-port'].fields)
      .filter((key) => key !== 'bridge')
      .flatMap((key) => [`ovs-port.${key}`, `ovs-bridge.ports.${key}`]),
    ...linkKinds.flatMap(({ name, fields, membership }) => [
      name,
      `${name}.mtu`,
      `${name}.addresses.label`,
      ...Object.keys(fields).map((key) => `${name}.${key}`),
      ...(membership === undefined ? [] : [`${name}.${membership.list}`]),
      ...Object.keys(membership?.port?.fields ?? {}).flatMap((key) => [
        `${name}.${membership?.port?.key}.${key}`,
        `${name}.${membership?.list}.${key}`,
      ]),
    ]),
  ];
  for (const query of queries) {
    assert.notEqual(explain(query).is, 'unknown', query);
    for (const line of said(query).split('\n')) assert.ok(line.length <= 100, line);
  }
});

test('a namespace says where it stands and how links name each other, and has no keys of a link', () => {
  assert.equal(
    said('namespace'),
    [
      'namespace',
      '  A network namespace with a name, as `ip netns` has them in /run/netns, and the links in it.',
      '  To keep a container’s or a customer’s links, addresses and routes apart. vnetd makes it where',
      '  there is none, adopts one that is there, and takes away only what it made.',
      '',
      'It stands under `namespaces`, by name. In it:',
      '  links  The links of the namespace, by name.',
      '',
      'From one namespace to another:',
      '  `eth0` is a link of the same namespace, `ns1/eth0` one of ns1, `/eth0` one of the host’s. A master',
      '  is in its member’s own namespace.',
      '',
    ].join('\n'),
  );
  assert.deepEqual(explain('namespaces'), explain('namespace'));
  const { is, message } = explain('namespace.mtu') as Extract<Explanation, { is: 'unknown' }>;
  assert.deepEqual([is, message], ['unknown', '`namespace` has no key `mtu`']);
  assert.equal(said('kind').includes('namespace'), false);
});

test('what is mistyped gets what is near', () => {
  const message = (query: string) => {
    const explanation: Explanation = explain(query);
    return explanation.is === 'unknown' ? explanation.message : undefined;
  };
  assert.equal(message('bnod'), 'nothing is called `bnod` (did you mean `bond`?)');
  assert.equal(message('bond.miimom'), 'bond has no key `miimom` (did you mean `miimon`?)');
  assert.equal(
    message('bridge.bridge_port.cst'),
    '`bridge.bridge_port` has no key `cst` (did you mean `cost`?)',
  );
  assert.equal(message('daemon.swep'), '`daemon` has no key `swep` (did you mean `sweep`?)');
  assert.equal(message('ovs-port.bond_mode'), 'ovs-port has no key `bond_mode`: it stands under `bond`');
  assert.equal(message('bond.mtu.x'), 'bond has no key `mtu.x`');
  assert.equal(message('bond.'), 'bond has no key ``');
  assert.equal(message('__proto__'), 'nothing is called `__proto__`');
  assert.equal(message('vcan.addrgenmode'), 'vcan has no key `addrgenmode`: there is no IPv6 on a CAN bus');
  assert.equal(message('vcan.constructor'), 'vcan has no key `constructor`');
  assert.equal(message('bond.constructor'), 'bond has no key `constructor`');
});
