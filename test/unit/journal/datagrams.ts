import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** Node has no unix datagram sockets, so Python, which node-gyp needs anyway, listens: one line of hex a datagram. */
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
sys.stdin.readline()
while True:
    print(s.recv(1 << 20).hex(), flush=True)
`;

export interface Receiver {
  readonly path: string;
  /** From now on takes what comes; until then it stays in the socket's queue. */
  read(): void;
  next(): Promise<string>;
}

/** A unix datagram socket, and what arrives at it. */
export async function receiver(context: TestContext): Promise<Receiver> {
  const folder = mkdtempSync(join(tmpdir(), 'vnetd-datagrams-'));
  const path = join(folder, 'socket');
  const child = spawn('python3', ['-c', listener, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  context.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the receiver ended');
    return value;
  };
  if ((await line()) !== 'bound') throw new Error('the receiver did not bind');
  return {
    path,
    read: () => child.stdin.write('\n'),
    next: async () => Buffer.from(await line(), 'hex').toString(),
  };
}

/** The fields of an entry in the journal's native protocol, those with a length too. */
export function fieldsIn(entry: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(entry);
  const fields: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\n', at);
    const line = bytes.subarray(at, end).toString();
    const equals = line.indexOf('=');
    if (equals >= 0) {
      fields[line.slice(0, equals)] = line.slice(equals + 1);
      at = end + 1;
    } else {
      const length = Number(bytes.readBigUInt64LE(end + 1));
      fields[line] = bytes.subarray(end + 9, end + 9 + length).toString();
      at = end + 9 + length + 1;
    }
  }
  return fields;
}
