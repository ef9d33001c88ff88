/**
 * node-loop.js DRIFT LINKS: a bare Node loop with vnetd's addon that does what bench/floor/restore.c does.
 *
 * What it costs over the floor is the price of Node; what vnetd costs over it is the price of vnetd.
 */
import { execFileSync } from 'node:child_process';
import { NetlinkSocket } from '../src/netlink/native.ts';

const [drift = '', count = '0'] = process.argv.slice(2);
const letters: Readonly<Record<string, string>> = {
  mtu: 'i',
  down: 'i',
  master: 'p',
  delete: 'i',
  address: 'b',
};
const letter = letters[drift] ?? 'i';
const NEWLINK = 16;
const DELLINK = 17;
const DELADDR = 21;
const SLOT = 32 * 1024;
const SLOTS = 16;

/** linux/if_link.h */
const IFLA = { ifname: 3, mtu: 4, master: 10 };
const IFA_LOCAL = 2;

function attribute(type: number, data: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + ((data.length + 3) & ~3));
  bytes.writeUInt16LE(4 + data.length, 0);
  bytes.writeUInt16LE(type, 2);
  data.copy(bytes, 4);
  return bytes;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function request(type: number, flags: number, body: Buffer, ...attributes: Buffer[]): Uint8Array {
  const head = Buffer.alloc(16);
  const bytes = Buffer.concat([head, body, ...attributes]);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(1 | flags, 6);
  return bytes;
}

function linkBody(ifindex: number, up: boolean): Buffer {
  const body = Buffer.alloc(16);
  body.writeInt32LE(ifindex, 4);
  if (up) body.writeUInt32LE(1, 8);
  if (up) body.writeUInt32LE(1, 12);
  return body;
}

function repairOf(i: number, ifindex: number, bridge: number): Uint8Array {
  switch (drift) {
    case 'mtu':
      return request(NEWLINK, 0, linkBody(ifindex, false), attribute(IFLA.mtu, number(1400)));
    case 'down':
      return request(NEWLINK, 0, linkBody(ifindex, true));
    case 'master':
      return request(NEWLINK, 0, linkBody(ifindex, false), attribute(IFLA.master, number(bridge)));
    case 'delete': {
      const name = attribute(IFLA.ifname, Buffer.from(`i${i}\0`));
      const info = attribute(18, attribute(1, Buffer.from('ifb')));
      return request(NEWLINK, 0x600, linkBody(0, true), name, attribute(IFLA.mtu, number(1400)), info);
    }
    default: {
      const body = Buffer.from([2, 24, 0, 0, 0, 0, 0, 0]);
      body.writeUInt32LE(ifindex, 4);
      const local = Buffer.from([10, 0, i, 1]);
      return request(20, 0x400, body, attribute(IFA_LOCAL, local), attribute(1, local));
    }
  }
}

const byIfindex = new Map<number, { readonly repair: Uint8Array; readonly bridge: number }>();
const byName = new Map<string, Uint8Array>();
const links = execFileSync('ip', ['-j', 'link'], { encoding: 'utf8', maxBuffer: 1 << 28 });
const ifindexes = new Map(
  (JSON.parse(links) as { ifname: string; ifindex: number }[]).map(({ ifname, ifindex }) => [
    ifname,
    ifindex,
  ]),
);
for (let i = 0; i < Number(count); i++) {
  const ifindex = ifindexes.get(`${letter}${i}`) ?? 0;
  const bridge = ifindexes.get(`b${i}`) ?? 0;
  const repair = repairOf(i, ifindex, bridge);
  byIfindex.set(ifindex, { repair, bridge });
  byName.set(`${letter}${i}`, repair);
}

const buffer = new Uint8Array(SLOT * SLOTS);
const view = new DataView(buffer.buffer);
const found = new Int32Array(SLOTS * 2);
const said = new NetlinkSocket({ protocol: 0 });
const heard = new NetlinkSocket({
  protocol: 0,
  groups: [drift === 'address' ? 5 : 1],
  receiveBuffer: 64 << 20,
});

/** Where an attribute's value starts; -1 without it. */
function find(from: number, end: number, type: number): number {
  for (let at = from; at + 4 <= end; at += (view.getUint16(at, true) + 3) & ~3) {
    if (view.getUint16(at + 2, true) === type) return at + 4;
  }
  return -1;
}

function repairFor(type: number, body: number, end: number): Uint8Array | undefined {
  if (drift === 'address')
    return type === DELADDR ? byIfindex.get(view.getUint32(body + 4, true))?.repair : undefined;
  if (view.getUint8(body) !== 0) return undefined;
  if (drift === 'delete') {
    if (type !== DELLINK) return undefined;
    const name = find(body + 16, end, IFLA.ifname);
    return byName.get(Buffer.from(buffer.buffer, name, buffer.indexOf(0, name) - name).toString('latin1'));
  }
  const link = type === NEWLINK ? byIfindex.get(view.getInt32(body + 4, true)) : undefined;
  if (link === undefined) return undefined;
  if (drift === 'down') return view.getUint32(body + 8, true) & 1 ? undefined : link.repair;
  const at = find(body + 16, end, drift === 'mtu' ? IFLA.mtu : IFLA.master);
  if (drift === 'mtu') return at < 0 || view.getUint32(at, true) === 1400 ? undefined : link.repair;
  return at >= 0 && view.getUint32(at, true) === link.bridge ? undefined : link.repair;
}

heard.watch(() => {
  for (let n = heard.receive(buffer, SLOT, found); n > 0; n = heard.receive(buffer, SLOT, found)) {
    for (let i = 0; i < n; i++) {
      const datagramEnd = i * SLOT + (found[2 * i] ?? 0);
      for (let at = i * SLOT; at + 16 <= datagramEnd; ) {
        const length = view.getUint32(at, true);
        const repair = repairFor(view.getUint16(at + 4, true), at + 16, at + length);
        if (repair !== undefined) said.send(repair);
        at += (length + 3) & ~3;
      }
    }
  }
});
console.log('listening');
