/** Worker of watch.test.ts: watches link notices of a namespace and posts the MTUs it hears of. */
import { parentPort, workerData } from 'node:worker_threads';
import { NetlinkSocket } from '../../../src/netlink/native.ts';
import { linkOf, NETLINK_ROUTE, RTNLGRP_LINK, receiveAll } from './netlink-bytes.ts';

const { namespace, leave } = workerData as { namespace: number; leave: 'close' | 'exit' | 'throw' | 'stay' };
const socket = new NetlinkSocket({ protocol: NETLINK_ROUTE, groups: [RTNLGRP_LINK], namespace });
socket.watch(() => {
  if (leave === 'throw') throw new Error('thrown in the callback');
  const received = receiveAll(socket);
  parentPort?.postMessage(Array.isArray(received) ? received.map((notice) => linkOf(notice).mtu) : received);
  if (leave === 'close') socket.close();
  if (leave === 'exit') process.exit(0);
});
parentPort?.postMessage('watching');
