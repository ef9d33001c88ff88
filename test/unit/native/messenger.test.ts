import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { Messenger } from '../../../src/netlink/messenger.ts';
import { Courier, type NamedNamespace } from '../../../src/netlink/namespaces.ts';
import { namespaceCookie } from '../../../src/netlink/native.ts';
import type { Errand } from '../../../src/wire/errand.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

const skip = needsRoot;
const timeout = 20_000;

const CTRL_CMD_GETFAMILY = 3;
const SIOCETHTOOL = 0x8946;
const ETHTOOL_GLINK = 0x0a;

const families = { by: 'generic-netlink', version: 1, command: CTRL_CMD_GETFAMILY, dump: true } as const;
const none = new Uint8Array(0);

/** struct ethtool_value: the command, and whether the link is up. */
function isUp(link: string): Errand {
  const data = new Uint8Array(8);
  data[0] = ETHTOOL_GLINK;
  return { by: 'ioctl', link, request: SIOCETHTOOL, data };
}

async function inside(t: TestContext) {
  const { pid, fd, ip } = await scratchNamespace(t);
  const to: NamedNamespace = { path: `/proc/${pid}/ns/net`, cookie: namespaceCookie(fd) };
  return { ip, to };
}

test('a family of generic netlink is asked by its name, and one that is not there is refused', {
  skip,
  timeout,
}, async (t) => {
  const { to } = await inside(t);
  for (const messenger of [new Messenger(new Courier()), new Messenger(new Courier(), to)]) {
    const known = messenger.run({ ...families, family: 'nlctrl', attributes: none });
    assert.equal(known.answer.is, 'done');
    assert.ok(known.replies.length > 0);
    const unknown = messenger.run({ ...families, family: 'no-such-thing', attributes: none });
    assert.deepEqual(unknown, {
      answer: {
        is: 'refused',
        errno: 2,
        words: 'this kernel has no generic netlink family no-such-thing now (ENOENT)',
      },
      replies: [],
    });
  }
});

test('an ioctl is about the link of the namespace it is made in, and nothing stays there', {
  skip,
  timeout,
}, async (t) => {
  const { ip, to } = await inside(t);
  const messenger = new Messenger(new Courier(), to);
  const told = () => messenger.run(isUp('lo')).replies.map(({ view }) => view.getUint32(4, true));
  assert.deepEqual(told(), [0]);
  ip(['link set lo up']);
  assert.deepEqual(told(), [1]);
  assert.deepEqual(messenger.run(isUp('nobody')).answer, {
    is: 'refused',
    errno: 19,
    words: 'No such device (ENODEV)',
  });
  assert.match(JSON.stringify(messenger.run(isUp('a-name-of-sixteen')).answer), /EINVAL/);
  const namespace = readlinkSync(to.path);
  for (const thread of readdirSync('/proc/self/task'))
    assert.notEqual(readlinkSync(`/proc/self/task/${thread}/ns/net`), namespace);
});

test('where another namespace stands under the name nothing is asked, and it is said', {
  skip,
  timeout,
}, async (t) => {
  const { to } = await inside(t);
  let gone = 0;
  const messenger = new Messenger(new Courier(), { ...to, cookie: 1n }, () => {
    gone += 1;
  });
  for (const errand of [isUp('lo'), { ...families, family: 'nlctrl', attributes: none } as const])
    assert.deepEqual(messenger.run(errand), { answer: { is: 'unknown' }, replies: [] });
  assert.equal(gone, 2);
});
