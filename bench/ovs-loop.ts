/**
 * ovs-loop.js SOCKET BRIDGE: a bare Node loop that puts a port back into a bridge as soon as it is told to have gone.
 *
 * What it takes is what Open vSwitch takes, and Node; what vnetd takes over it is the price of vnetd.
 */
import { addPort, OvsdbLine } from './support/ovsdb-line.ts';

const [socket = '', bridge = ''] = process.argv.slice(2);
const line = await OvsdbLine.to(socket);
await line.follow({ Interface: ['name'] }, (updates) => {
  for (const { old, new: now } of Object.values(updates.Interface ?? {}))
    if (now === undefined) void line.transact(...addPort(bridge, String(old?.name)));
});
console.log('listening');
