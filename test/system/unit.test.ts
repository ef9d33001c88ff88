// kernels: uml-6.12
// boot: systemd
// memory: 768M
// timeout: 400
// The unit as `make install` puts it on a host: start, reload, watchdog, crash, stop, what it may do, what stays.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { output, run } from '../kernel/support/command.ts';
import { ip, link } from '../kernel/support/ip.ts';
import { monitor } from '../kernel/support/monitor.ts';
import { until } from '../kernel/support/until.ts';
import { journal, journalOnce, mainPid, property, restarted } from './support/systemd.ts';

const root = resolve(import.meta.dirname, '../../..');
const dropIns = '/run/systemd/system/vnetd.service.d';
const soon = { within: 20_000 };

/**
 * The kernel's part of each of these is a module here, which loads by itself when the kind is asked for.
 * Without `forward_delay: 0` the kernel tells of the port once more 15 s after it joined (br_forward_delay_timer_expired
 * in net/bridge/br_stp_timer.c), in the middle of a test that nothing moves.
 */
const declared = `links:
  br0: { kind: bridge, forward_delay: 0 }
  d0: { kind: dummy, mtu: 1400, master: br0 }
  d0.7: { kind: vlan, link: d0, id: 7 }
  bond1: { kind: bond, mode: active-backup }
  ve0: { kind: veth, peer: ve1, addresses: [192.0.2.1/24] }
  vx0: { kind: vxlan, id: 9, local: 192.0.2.1, remote: 192.0.2.2, dev: ve0, dstport: 4789, addresses: [198.51.100.1/24] }
namespaces:
  inner: { links: { eth0: { kind: veth, peer: /outer, addresses: [10.9.7.1/24] } } }
`;
const names = ['br0', 'd0', 'd0.7', 'bond1', 've0', 've1', 'vx0'];

async function indexes(): Promise<number[]> {
  return Promise.all(names.map(async (name) => (await link(name)).ifindex));
}

async function inSync(): Promise<void> {
  const allIsWell = async () => {
    const { code, stdout } = await run(['vnetctl', 'status']);
    if (code !== 0) throw new Error(stdout);
    return true;
  };
  await until(allIsWell, { ...soon, what: 'all in sync' });
}

/** Settings for the time of one test. */
async function dropIn(t: TestContext, name: string, text: string): Promise<void> {
  mkdirSync(dropIns, { recursive: true });
  writeFileSync(`${dropIns}/${name}.conf`, text);
  await output(['systemctl', 'daemon-reload']);
  t.after(async () => {
    rmSync(`${dropIns}/${name}.conf`);
    await output(['systemctl', 'daemon-reload']);
  });
}

/** All that the kernel tells of links, addresses and routes while something is done; a mark says when it is over. */
async function told(t: TestContext, act: () => Promise<void>): Promise<string[]> {
  const notices = await monitor(t, { subjects: ['link', 'address', 'route'] });
  await act();
  await ip('link', 'set', 'lo', 'group', '77');
  await ip('link', 'set', 'lo', 'group', '0');
  const mark = await notices.first(({ text }) => text.includes(' group 77 '), soon);
  return notices.seen
    .slice(0, notices.seen.indexOf(mark))
    .map(({ about, deleted, text }) => `${about}${deleted ? ' deleted' : ''} ${text}`);
}

test('make install puts all there is where systemd and iproute2 look for it', async () => {
  await output([`${root}/scripts/install`]);
  assert.equal(await property('LoadState'), 'loaded');
  assert.equal(await property('FragmentPath'), '/usr/local/lib/systemd/system/vnetd.service');
  assert.match(await output(['getent', 'group', 'vnetd']), /^vnetd:/);
  await ip('route', 'add', '203.0.113.0/24', 'dev', 'lo', 'proto', 'vnetd');
  assert.match(await ip('route', 'show', '203.0.113.0/24'), /proto vnetd/);
  await ip('route', 'del', '203.0.113.0/24');
  const { stderr } = await run(['systemd-analyze', 'verify', '--man=no', 'vnetd.service']);
  assert.doesNotMatch(
    stderr,
    /vnetd/,
    'systemd finds nothing to complain about, no ordering cycle above all',
  );
  await output(['systemctl', 'enable', 'vnetd']);
  assert.equal(await property('UnitFileState'), 'enabled');
});

test('systemctl start returns when the declared links are there', async () => {
  assert.ok(existsSync('/etc/vnetd/README'));
  writeFileSync('/etc/vnetd/10-links.yaml', declared);
  await output(['systemctl', 'start', 'vnetd']);
  await indexes();
  await inSync();
  await until(async () => /8 of 8|9 of 9/.test(await property('StatusText')), {
    ...soon,
    what: 'the status text',
  });
  assert.equal((await link('d0')).mtu, 1400);
  assert.equal((await link('d0')).master, 'br0');
});

test('its folders and its socket have the modes that were promised', async () => {
  const modes = ['/run/vnetd', '/var/lib/vnetd', '/run/vnetd/vnetd.sock', '/var/lib/vnetd/history.db'].map(
    (path) => {
      const { mode, uid } = statSync(path);
      return [path, (mode & 0o7777).toString(8), uid];
    },
  );
  assert.deepEqual(modes, [
    ['/run/vnetd', '755', 0],
    ['/var/lib/vnetd', '750', 0],
    ['/run/vnetd/vnetd.sock', '660', 0],
    ['/var/lib/vnetd/history.db', '640', 0],
  ]);
  const gid = Number((await output(['getent', 'group', 'vnetd'])).split(':')[2]);
  assert.equal(statSync('/run/vnetd/vnetd.sock').gid, gid);
  const as = (group: number) => [
    'setpriv',
    '--reuid',
    '65534',
    '--regid',
    String(group),
    '--clear-groups',
    'vnetctl',
  ];
  assert.equal((await run([...as(gid), 'status'])).code, 0, 'the group may read');
  assert.equal((await run([...as(gid), 'restore', 'd0'])).code === 0, false, 'and change nothing');
  assert.equal((await run([...as(65534), 'status'])).code, 3, 'others cannot even reach it');
});

test('the process may do what the unit says and no more, in no mount namespace of its own', async () => {
  const pid = await mainPid();
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const value = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
  // include/uapi/linux/capability.h: CHOWN 0, NET_BROADCAST 11, NET_ADMIN 12, SYS_ADMIN 21
  const promised = [0n, 11n, 12n, 21n]
    .reduce((all, bit) => all | (1n << bit), 0n)
    .toString(16)
    .padStart(16, '0');
  assert.equal(value('CapBnd'), promised);
  assert.equal(value('CapEff'), promised);
  assert.equal(value('NoNewPrivs'), '1');
  assert.equal(value('Seccomp'), '2');
  for (const kind of ['mnt', 'net', 'uts', 'ipc', 'pid', 'user']) {
    assert.equal(readlinkSync(`/proc/${pid}/ns/${kind}`), readlinkSync(`/proc/1/ns/${kind}`), kind);
  }
  assert.equal(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim(), '-900');
  assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /Max open files\s+65536/);
  assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /Max core file size\s+0/);
});

test('each line of hardening forbids what it is there for, and nothing that links need', async (t) => {
  const installed = readFileSync(await property('FragmentPath'), 'utf8');
  const results = '/run/vnetd/probe.json';
  const program = `/usr/bin/python3 ${root}/test/system/support/probe.py ${results}`;
  const probe = installed
    .replace(/^Type=.*$/m, 'Type=oneshot')
    .replace(/^ExecStart=.*$/m, `ExecStart=${program}`)
    .replace(/^(Restart|WatchdogSec|NotifyAccess|ExecReload)=.*$/gm, '');
  writeFileSync('/run/systemd/system/vnetd-probe.service', probe);
  writeFileSync('/run/probe-foreign', '');
  await output(['chmod', '0', '/run/probe-foreign']);
  await output(['chown', '1', '/run/probe-foreign']);
  t.after(() => rmSync('/run/systemd/system/vnetd-probe.service'));
  await output(['systemctl', 'daemon-reload']);
  await output(['systemctl', 'start', 'vnetd-probe']);
  assert.deepEqual(JSON.parse(readFileSync(results, 'utf8')), {
    'socket inet': 'EAFNOSUPPORT',
    'socket packet': 'EAFNOSUPPORT',
    'socket netlink': 'ok',
    'socket unix': 'ok',
    'large receive buffer': 'ok',
    'enter a network namespace': 'ok',
    'write a sysctl': 'ok',
    'give a file to a group': 'ok',
    'set-user-id bit': 'EPERM',
    'real-time scheduling': 'EPERM',
    personality: 'EPERM',
    'tun device': 'EPERM',
    'kernel log': 'EPERM',
    'set the clock': 'EPERM',
    "set the host's name": 'EPERM',
    mount: 'ok',
    'load a module': 'EPERM',
    'become another user': 'EPERM',
    "override a file's mode": 'EACCES',
    'write memory of others': 'EPERM',
    'unshare net': 'ok',
    'unshare mnt': 'EPERM',
    'unshare uts': 'EPERM',
    'unshare ipc': 'EPERM',
    'unshare pid': 'EPERM',
    'unshare user': 'EPERM',
  });
});

test('a namespace that vnetd made is one to ip-netns(8), and comes back when it is deleted', async () => {
  assert.match(
    await output(['ip', 'netns', 'exec', 'inner', 'ip', 'addr', 'show', 'eth0']),
    /10\.9\.7\.1\/24/,
  );
  await ip('netns', 'del', 'inner');
  const isBack = async () => (await ip('-n', 'inner', 'addr', 'show', 'eth0')).includes('10.9.7.1/24');
  await until(isBack, { ...soon, what: 'the namespace is back' });
  await inSync();
});

test('the node of a macvtap gets its owner and mode, and back, though vnetd may not act as if it owned files', async (t) => {
  t.after(() => rmSync('/etc/vnetd/20-tap.yaml', { force: true }));
  writeFileSync(
    '/etc/vnetd/20-tap.yaml',
    'links: { low0: { kind: dummy }, t0: { kind: macvtap, link: low0, node: { owner: nobody, mode: 0660 } } }',
  );
  await output(['systemctl', 'reload', 'vnetd']);
  await inSync();
  const path = `/dev/tap${(await link('t0')).ifindex}`;
  const asDeclared = async () => (await output(['stat', '-c', '%U %a', path])).trim() === 'nobody 660';
  await until(asDeclared, { ...soon, what: 'as declared' });
  await output(['chmod', '600', path]);
  await until(asDeclared, { ...soon, what: 'the mode is back' });
  await output(['chown', 'root', path]);
  await until(asDeclared, { ...soon, what: 'the owner is back' });
  rmSync('/etc/vnetd/20-tap.yaml');
  await output(['systemctl', 'reload', 'vnetd']);
  await until(async () => !existsSync(path), { ...soon, what: 'the link is gone, and its node' });
});

test('a tunnel that vnetd made carries packets', async (t) => {
  await ip('netns', 'add', 'far');
  t.after(async () => {
    await ip('-n', 'far', 'link', 'set', 've1', 'netns', '1');
    await ip('netns', 'del', 'far');
  });
  await ip('link', 'set', 've1', 'netns', 'far');
  for (const line of [
    'link set ve1 up',
    'addr add 192.0.2.2/24 dev ve1',
    'link add vx0 type vxlan id 9 local 192.0.2.2 remote 192.0.2.1 dev ve1 dstport 4789',
    'addr add 198.51.100.2/24 dev vx0',
    'link set vx0 up',
  ]) {
    await ip('-n', 'far', ...line.split(' '));
  }
  // A neighbour is asked for through the tunnel before the first packet, and its answer comes back through it.
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  await until(
    async () => {
      socket.send('hello', 9, '198.51.100.2');
      return (await ip('neigh', 'show', '198.51.100.2', 'dev', 'vx0')).includes('lladdr');
    },
    { ...soon, what: 'an answer through the tunnel' },
  );
});

test('a drift and its repair are in the journal, each a line with fields to look for', async () => {
  await inSync();
  const ofD0 = ['VNETD_ID=d0', '-p', 'warning'];
  const before = { all: (await journal('-u', 'vnetd')).length, loud: (await journal(...ofD0)).length };
  await ip('link', 'set', 'd0', 'mtu', '1300');
  const drift = (await journalOnce(before.loud + 1, ...ofD0)).at(-1);
  assert.equal(drift?.MESSAGE, 'd0: drift: mtu is 1300, wanted 1400');
  assert.equal(drift?._SYSTEMD_UNIT, 'vnetd.service');
  assert.equal(drift?.SYSLOG_IDENTIFIER, 'vnetd');
  assert.equal(drift?.VNETD_EVENT, 'drift');
  assert.equal(drift?.VNETD_KIND, 'dummy');
  assert.deepEqual(JSON.parse(drift?.VNETD_CHANGES ?? ''), [{ key: 'mtu', wanted: 1400, found: 1300 }]);
  const since = (await journalOnce(before.all + 2, '-u', 'vnetd')).slice(before.all);
  const restored = since.find(({ VNETD_EVENT }) => VNETD_EVENT === 'restored');
  assert.match(restored?.MESSAGE ?? '', /^d0: restored: mtu set to 1400, in \d/);
  assert.ok(Number(restored?.VNETD_MICROS) > 0);
  assert.equal(restored?.PRIORITY, '5');
  const loud = since.filter(({ PRIORITY }) => Number(PRIORITY) <= 4);
  assert.deepEqual(
    loud.map(({ VNETD_EVENT }) => VNETD_EVENT),
    ['drift'],
    'nothing that went well is a warning',
  );
});

test('systemctl reload reads the folder, and says so to systemd', async () => {
  const before = await mainPid();
  writeFileSync('/etc/vnetd/20-more.yaml', 'links:\n  d1: { kind: dummy }\n');
  await output(['systemctl', 'reload', 'vnetd']);
  await until(async () => (await link('d1')).ifname === 'd1', soon);
  await until(async () => (await property('ActiveState')) === 'active', { ...soon, what: 'active again' });
  assert.equal(await mainPid(), before);
  rmSync('/etc/vnetd/20-more.yaml');
  await output(['systemctl', 'reload', 'vnetd']);
  await until(async () => !(await run(['ip', 'link', 'show', 'd1'])).stdout.includes('d1'), {
    ...soon,
    what: 'd1 is gone',
  });
});

for (const [verb, what] of [
  ['restart', 'a restart'],
  ['stop', 'a stop'],
] as const) {
  test(`${what} moves nothing`, async (t) => {
    await inSync();
    const before = await indexes();
    const notices = await told(t, async () => {
      await output(['systemctl', verb, 'vnetd']);
      if (verb === 'restart') await inSync();
    });
    assert.deepEqual(notices, []);
    assert.deepEqual(await indexes(), before);
    assert.ok(existsSync('/run/vnetd'), 'the record of who made what stays');
    await output(['systemctl', 'start', 'vnetd']);
    await inSync();
  });
}

test('vnetd that dies is started again, and moves nothing', async (t) => {
  await inSync();
  const before = await mainPid();
  const notices = await told(t, async () => {
    process.kill(before, 'SIGKILL');
    await restarted(before);
    await inSync();
  });
  assert.deepEqual(notices, []);
});

test('vnetd that hangs is killed by the watchdog and started again', async (t) => {
  await dropIn(t, 'watchdog', '[Service]\nWatchdogSec=3s\n');
  await output(['systemctl', 'restart', 'vnetd']);
  const before = await mainPid();
  process.kill(before, 'SIGSTOP');
  await restarted(before);
  await inSync();
  const entries = await journalOnce(1, '-u', 'vnetd', '--grep', 'Watchdog timeout');
  assert.ok(entries.length > 0);
});

test('the watchdog leaves a vnetd alone that has nothing to do', async (t) => {
  await dropIn(t, 'watchdog', '[Service]\nWatchdogSec=2s\n');
  await output(['systemctl', 'restart', 'vnetd']);
  const before = await mainPid();
  const restarts = await property('NRestarts');
  const fedAt = async () => Number(await property('WatchdogTimestampMonotonic'));
  const first = await fedAt();
  await until(async () => (await fedAt()) - first > 6e6, { within: 60_000, what: 'fed for three spans' });
  assert.equal(await mainPid(), before);
  assert.equal(await property('NRestarts'), restarts);
});

test('a helper in the control group of vnetd lives on when it stops, restarts or dies', async (t) => {
  const helper = spawn('sleep', ['infinity'], { stdio: 'ignore' });
  t.after(() => helper.kill('SIGKILL'));
  const group = `/sys/fs/cgroup${await property('ControlGroup')}/cgroup.procs`;
  writeFileSync(group, String(helper.pid));
  const before = await mainPid();
  process.kill(before, 'SIGKILL');
  await restarted(before);
  await output(['systemctl', 'restart', 'vnetd']);
  await output(['systemctl', 'stop', 'vnetd']);
  assert.match(readFileSync(group, 'utf8'), new RegExp(`^${helper.pid}$`, 'm'));
  assert.equal(helper.exitCode ?? helper.signalCode, null);
  await output(['systemctl', 'start', 'vnetd']);
});

test('make uninstall leaves links, configuration and state, and nothing else', async (t) => {
  await inSync();
  const before = await indexes();
  const notices = await told(t, async () => {
    const { stderr } = await run([`${root}/scripts/uninstall`]);
    assert.match(
      stderr,
      /Left for you to remove: \/etc\/vnetd \/var\/lib\/vnetd \/run\/vnetd, and the group vnetd/,
    );
  });
  assert.deepEqual(notices, []);
  assert.deepEqual(await indexes(), before);
  assert.equal(await property('LoadState'), 'not-found');
  const left = await run(['find', '/usr/local', '/etc/systemd', '/etc/iproute2', '-name', '*vnet*']);
  assert.equal(left.stdout.trim(), '');
  assert.ok(existsSync('/etc/vnetd/10-links.yaml'));
  assert.ok(!existsSync('/etc/vnetd/README'));
});
