import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Host } from '../../../src/daemon/abilities/host.ts';
import { lackOf, lackOfField, outlookOf, unknownField } from '../../../src/daemon/abilities/lack.ts';
import { whereIs } from '../../../src/daemon/abilities/modules.ts';
import { lackOfDatapath, lackOfSwitch, lacksOfSwitch } from '../../../src/daemon/abilities/open-vswitch.ts';
import { kinds, lists } from '../../../src/reconcilers/index.ts';
import type { Kind } from '../../../src/reconcilers/kind.ts';

const { vcan, hsr, gre, netkit } = kinds;

/** A host of these files, and of a kernel that has a folder of modules without any. */
function hostOf(t: TestContext, release: string, files: Readonly<Record<string, string>> = {}): Host {
  const root = mkdtempSync(join(tmpdir(), 'vnetd-host-'));
  t.after(() => rmSync(root, { recursive: true }));
  const all = {
    [`/lib/modules/${release}/modules.dep`]: '',
    '/proc/modules': '',
    '/proc/sys/kernel/modprobe': '/sbin/modprobe\n',
    '/sbin/modprobe': '',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, release };
}

const debian = { '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n' };
const ubuntu = { '/etc/os-release': 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n' };
const rocky = { '/etc/os-release': 'ID="rocky"\nID_LIKE="rhel centos fedora"\n' };
const leap = { '/etc/os-release': 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n' };
const alpine = { '/etc/os-release': 'ID=alpine\n' };
const arch = { '/etc/os-release': 'ID=arch\n' };

const extra = 'linux-modules-extra-6.8.0-31-generic';

/** Where a module that is not installed comes from: the package, and the end of the sentence. */
const sources: Readonly<
  Record<
    string,
    [release: string, files: Readonly<Record<string, string>>, kind: Kind, from: string | null, end: string]
  >
> = {
  'Debian’s kernel for clouds': [
    '6.1.0-56-cloud-amd64',
    debian,
    vcan,
    'linux-image-amd64',
    '(6.1.0-56-cloud-amd64): Debian’s kernel for clouds lacks it, that of the package linux-image-amd64 has it',
  ],
  'what no kernel of Debian has': [
    '6.1.0-56-cloud-amd64',
    debian,
    hsr,
    null,
    ': Debian builds its kernels without it',
  ],
  'Debian’s kernel': ['6.1.0-56-amd64', debian, hsr, null, ': Debian builds its kernels without it'],
  'a kernel of one’s own on Debian': ['6.12.117-mine', debian, vcan, null, 'for this kernel (6.12.117-mine)'],
  Ubuntu: ['6.8.0-31-generic', ubuntu, vcan, extra, `: the package ${extra} brings it`],
  'Ubuntu with all its modules': [
    '6.8.0-31-generic',
    { ...ubuntu, [`/var/lib/dpkg/info/${extra}.list`]: '' },
    hsr,
    null,
    `: ${extra} is installed and has no hsr`,
  ],
  'a kin of Fedora': [
    '5.14.0-427.el9.x86_64',
    rocky,
    vcan,
    'kernel-modules-extra-5.14.0-427.el9.x86_64',
    ': the package kernel-modules-extra-5.14.0-427.el9.x86_64 brings it, or kernel-modules-5.14.0-427.el9.x86_64',
  ],
  openSUSE: [
    '6.4.0-150600.21-default',
    leap,
    vcan,
    'kernel-default',
    ': the package kernel-default brings it',
  ],
  'Alpine’s kernel for virtual machines': [
    '6.6.30-0-virt',
    alpine,
    vcan,
    'linux-lts',
    ': the kernel of the package linux-lts has it',
  ],
  'what nobody knows': ['6.9.1-arch1-1', arch, vcan, null, 'for this kernel (6.9.1-arch1-1)'],
};

for (const [what, [release, files, kind, from, end]] of Object.entries(sources)) {
  test(`a module that is not installed: ${what}`, (t) => {
    const lack = lackOf(hostOf(t, release, files), kind);
    const begin = `its module ${kind.kernel?.module} is not installed for this kernel (${release})`;
    assert.ok(lack.words.startsWith(begin) && lack.words.endsWith(end), lack.words);
    assert.equal(lack.package, from);
  });
}

const release = '6.1.0-56-amd64';
const modules = `/lib/modules/${release}`;
const installed = {
  [`${modules}/modules.dep`]:
    'kernel/drivers/net/can/vcan.ko.xz: kernel/drivers/net/can/dev/can-dev.ko.xz\nkernel/drivers/net/can/dev/can-dev.ko.xz:\n',
  [`${modules}/kernel/drivers/net/can/vcan.ko.xz`]: '',
};

/** Why a module that is installed was not loaded. */
const hindrances: Readonly<Record<string, [files: Readonly<Record<string, string>>, words: string]>> = {
  'nothing to be seen': [{}, '`modprobe vcan` says why'],
  'a blacklist': [
    { '/etc/modprobe.d/can.conf': '# no CAN\n  blacklist vcan\n' },
    '/etc/modprobe.d/can.conf:2 says `blacklist vcan`',
  ],
  'a blacklist of another one': [
    { '/etc/modprobe.d/can.conf': 'blacklist vxcan\ninstall can-raw /bin/false\n' },
    '`modprobe vcan` says why',
  ],
  'an install line': [
    { '/usr/lib/modprobe.d/can.conf': 'install vcan /usr/bin/false\n' },
    '/usr/lib/modprobe.d/can.conf:1 says `install vcan /usr/bin/false`',
  ],
  'the command line': [
    { '/proc/cmdline': 'ro quiet modprobe.blacklist=pcspkr,vcan\n' },
    'the kernel was booted with `modprobe.blacklist=pcspkr,vcan`',
  ],
  'modules disabled': [
    { '/proc/sys/kernel/modules_disabled': '1\n' },
    'kernel.modules_disabled is 1, which holds until the next boot',
  ],
  'no loader named': [
    { '/proc/sys/kernel/modprobe': '\n' },
    'kernel.modprobe is empty, so the kernel loads none by itself',
  ],
  'no loader there': [
    { '/proc/sys/kernel/modprobe': '/sbin/kmod-is-elsewhere\n' },
    'the kernel would load it with /sbin/kmod-is-elsewhere, which is not there',
  ],
};

for (const [what, [files, words]] of Object.entries(hindrances)) {
  test(`a module that was not loaded: ${what}`, (t) => {
    const host = hostOf(t, release, { ...debian, ...installed, ...files });
    assert.equal(lackOf(host, vcan).words, `its module vcan is installed and was not loaded: ${words}`);
    assert.equal(outlookOf(host, vcan).is, words.startsWith('`modprobe') ? 'able' : 'unable');
  });
}

test('where a module is', (t) => {
  const host = hostOf(t, release, {
    ...installed,
    [`${modules}/modules.builtin`]: 'kernel/net/ipv6/sit.ko\n',
    '/sys/module/batman_adv/refcnt': '0',
  });
  assert.equal(whereIs(host, 'vcan'), 'installed');
  assert.equal(whereIs(host, 'can_dev'), 'absent', 'its file is gone though depmod has it listed');
  assert.equal(whereIs(host, 'sit'), 'built-in');
  assert.equal(whereIs(host, 'batman-adv'), 'loaded');
  assert.equal(whereIs({ ...host, release: '6.2.0' }, 'vcan'), 'unknown');
});

test('a kind that is younger than the kernel', (t) => {
  const { words, module } = lackOf(hostOf(t, release, debian), netkit);
  assert.deepEqual([words, module], [`netkit came with Linux 6.7, and this is ${release}`, null]);
  const later = lackOf(hostOf(t, '6.12.9-amd64', debian), netkit);
  assert.equal(later.words, 'this kernel (6.12.9-amd64) was built without netkit');
});

test('a kernel whose modules were taken away by its upgrade', (t) => {
  const host = { ...hostOf(t, release, debian), release: '6.1.0-55-amd64' };
  const { words, brief } = lackOf(host, gre);
  const missing = 'its module ip_gre is looked for in /lib/modules/6.1.0-55-amd64, which is not there';
  assert.equal(words, `${missing}; after an upgrade of the kernel, reboot`);
  assert.equal(brief, 'its module ip_gre is not there');
  rmSync(join(host.root, '/lib/modules'), { recursive: true });
  assert.equal(lackOf(host, gre).words, missing, 'and where there are no others, no boot will help');
  assert.equal(outlookOf(host, gre).is, 'able', 'it may be built in');
});

test('a container has the modules of its host', (t) => {
  const host = hostOf(t, release, debian);
  mkdirSync(join(host.root, '/proc/self/ns'), { recursive: true });
  symlinkSync('pid:[4026532999]', join(host.root, '/proc/self/ns/pid'));
  assert.equal(
    lackOf(host, vcan).words,
    'its module vcan is not loaded, and a container has the modules of its host: `modprobe vcan` there',
  );
  assert.equal(outlookOf(host, vcan).is, 'able');
});

test('what is said of a field the kernel would not have', () => {
  const { vlan_filtering, fdb_max_learned, mst_enabled, stp_state } = kinds.bridge.fields;
  const host = (of: string): Host => ({ root: '/nowhere', release: of });
  const vlans = '; it takes a kernel with CONFIG_BRIDGE_VLAN_FILTERING';
  assert.equal(
    unknownField(host('6.1.176'), fdb_max_learned),
    'this kernel (6.1.176) does not know it; it came with Linux 6.7',
  );
  assert.equal(unknownField(host('6.12.9'), fdb_max_learned), 'this kernel (6.12.9) does not know it');
  assert.equal(
    unknownField(host('6.1.176'), vlan_filtering),
    `this kernel (6.1.176) does not know it${vlans}`,
  );
  assert.equal(
    lackOfField(host('5.15.0-101-generic'), mst_enabled),
    '; it came with Linux 5.18, and this is 5.15.0-101-generic',
  );
  assert.equal(lackOfField(host('5.18.0'), mst_enabled), vlans);
  assert.equal(lackOfField(host('5.15.0'), stp_state), '');
  assert.equal(lackOfField(host('6.12.9'), lists.vlans), vlans);
});

test('a kernel without modules', (t) => {
  const host = hostOf(t, release);
  rmSync(join(host.root, '/proc/modules'));
  const words = `this kernel (${release}) was built without vcan, and loads no modules`;
  assert.deepEqual([lackOf(host, vcan).words, lackOf(host, vcan).package], [words, null]);
  assert.equal(outlookOf(host, vcan).is, 'able', 'it may be built in');
});

test('without a socket of Open vSwitch the package that brings it is named, unless it is installed', (t) => {
  const standing = { socket: '/run/openvswitch/db.sock', database: 'away', why: undefined } as const;
  const lacking = (files: Readonly<Record<string, string>>) =>
    lackOfSwitch(hostOf(t, '6.1.0-56-amd64', files), standing);
  const nobody = 'no database of Open vSwitch listens at /run/openvswitch/db.sock';

  for (const [name, files] of [
    ['openvswitch-switch', debian],
    ['openvswitch-switch', ubuntu],
    ['openvswitch', rocky],
    ['openvswitch', leap],
    ['openvswitch', alpine],
  ] as const)
    assert.deepEqual(lacking(files), { words: `${nobody}: the package ${name} brings it`, package: name });
  assert.deepEqual(lacking(arch), { words: `${nobody}: Open vSwitch is not installed`, package: null });
  assert.deepEqual(lacking({ ...debian, '/usr/sbin/ovs-vswitchd': '' }), {
    words: `${nobody}: Open vSwitch is installed, and is to be started`,
    package: null,
  });
  assert.deepEqual(lacking({ ...debian, '/run/openvswitch/db.sock': '' }), {
    words: 'the database of Open vSwitch cannot be followed',
    package: null,
  });
});

test('what this Open vSwitch does not list is lacking, and nothing while it lists nothing', () => {
  const port = { kind: 'ovs-port', fields: { type: 'gtpu', tag: 7 } };
  const listed: Record<string, readonly string[]> = { iface_types: ['system', 'internal', 'gre'] };
  const words = (column: string) => listed[column] ?? [];
  assert.deepEqual(
    [...lacksOfSwitch(port, { words })],
    [['type', 'this Open vSwitch has no type gtpu: it has gre, internal and system']],
  );
  assert.equal(lacksOfSwitch({ ...port, fields: { type: 'gre' } }, { words }).size, 0);
  assert.equal(lacksOfSwitch(port, { words: () => [] }).size, 0);
  const bridge = { kind: 'ovs-bridge', fields: { datapath_type: 'netdev' } };
  assert.deepEqual([...lacksOfSwitch(bridge, { words: () => ['system'] }).keys()], ['datapath_type']);
});

test('why the kernel has no datapath of Open vSwitch', (t) => {
  const release = '6.1.0-56-amd64';
  const words = (files: Readonly<Record<string, string>>) => lackOfDatapath(hostOf(t, release, files))?.words;
  const end = '; `datapath_type: netdev` does without';
  assert.equal(
    words({}),
    `the kernel’s datapath cannot be had: its module openvswitch is not installed for this kernel (${release})${end}`,
  );
  const file = 'kernel/net/openvswitch/openvswitch.ko';
  const installed = {
    [`/lib/modules/${release}/modules.dep`]: `${file}:\n`,
    [`/lib/modules/${release}/${file}`]: '',
  };
  assert.match(words(installed) ?? '', /its module openvswitch is installed and was not loaded: .*modprobe/);
  assert.equal(words({ '/sys/module/openvswitch/refcnt': '1' }), undefined, 'it is loaded: it is not that');
});
