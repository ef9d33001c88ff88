import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Channel } from '../../../src/netlink/channel.ts';
import { InsideChannel } from '../../../src/netlink/inside.ts';
import { Courier } from '../../../src/netlink/namespaces.ts';
import { NetlinkSocket, namespaceCookie } from '../../../src/netlink/native.ts';
import { AF, NETLINK_ROUTE, RTM } from '../../../src/wire/rtnetlink.ts';
import { needsRoot, scratchNamespace } from './scratch-namespace.ts';

const silent = { message: () => {}, lost: () => {} };

for (const [what, elsewhere] of [
  ['another namespace stands under the name', { cookie: 1n }],
  ['nothing has the name', { path: '/nowhere/at/all' }],
] as const)
  test(`where ${what} nothing is sent, nothing is taken for read, and it is said`, {
    skip: needsRoot,
    timeout: 20_000,
  }, async (t) => {
    const { pid, fd } = await scratchNamespace(t);
    const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, namespace: fd });
    t.after(() => socket.close());
    const there = { path: `/proc/${pid}/ns/net`, cookie: namespaceCookie(fd) };
    let gone = 0;
    const wayTo = (to: typeof there) =>
      new InsideChannel(new Channel(socket, silent), new Courier(), to, 0, () => {
        gone += 1;
      });
    const vlans = new Uint8Array(16);
    vlans[0] = AF.BRIDGE;
    const nobody = { type: RTM.DELLINK, flags: 0, body: new Uint8Array(16) };

    assert.equal(wayTo(there).dump(RTM.GETLINK, vlans), true);
    assert.equal(wayTo(there).exchange([nobody])[0]?.is, 'refused');
    assert.equal(gone, 0);

    const lost = wayTo({ ...there, ...elsewhere });
    assert.equal(lost.dump(RTM.GETLINK, vlans), false);
    assert.deepEqual(lost.exchange([nobody]), [{ is: 'unknown' }]);
    assert.equal(gone, 2);
  });
