/** `make try`: the main job, seen by somebody else. Runs inside a network namespace made for it. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { drifts, valueAt } from './drifts.ts';
import { ip, lacks, linkSeen } from './namespace.ts';

const root = join(import.meta.dirname, '../../..');
const PATIENCE_MS = 3000;
const stacked: ReadonlySet<string> = new Set(['vlan', 'macvlan']);
/** What `ip link add` needs behind the kind to make one. */
const needed: Readonly<Record<string, readonly string[]>> = {
  vxlan: ['id', '1', 'dstport', '4789'],
  veth: ['peer', 'name', 'probe1'],
  vlan: ['id', '1'],
  vrf: ['table', '1'],
};

const scratch = mkdtempSync(join(tmpdir(), 'vnetd-try-'));
const socket = join(scratch, 'run/vnetd.sock');
const environment = { ...process.env, VNETD_SOCKET: socket };

/** The declaration without the kinds this kernel lacks, and those that stand on them. */
function declaration(): { readonly text: string; readonly links: ReadonlySet<string> } {
  const document = parseDocument(readFileSync(join(root, 'etc/vnetd/try.yaml'), 'utf8'));
  const links = document.get('links');
  if (!isMap(links)) throw new Error('etc/vnetd/try.yaml declares no links');
  spawnSync('ip', ['link', 'add', 'carrier0', 'type', 'ifb']);
  const verdicts = new Map<string, string | undefined>();
  const left = new Set<string>();
  for (const { key, value } of [...links.items]) {
    const { kind, link } = (value as { toJSON(): { kind: string; link?: string } }).toJSON();
    if (!verdicts.has(kind)) {
      const reason = lacks(kind, stacked.has(kind) ? ['link', 'carrier0'] : [], needed[kind] ?? []);
      verdicts.set(kind, reason);
      if (reason !== undefined) console.log(`  left out: ${kind}, which this kernel lacks (${reason})`);
    }
    if (verdicts.get(kind) === undefined && (link === undefined || !left.has(link))) continue;
    left.add(String(key));
    links.delete(key);
  }
  spawnSync('ip', ['link', 'del', 'carrier0']);
  return { text: document.toString(), links: new Set(links.items.map(({ key }) => String(key))) };
}

/** Waits for what ip(8) shows to become as wanted; the milliseconds it took, or undefined. */
function until(seen: () => boolean): number | undefined {
  const start = performance.now();
  while (performance.now() - start < PATIENCE_MS) if (seen()) return performance.now() - start;
  return undefined;
}

function ctl(...args: string[]): string {
  const { stdout, stderr } = spawnSync(join(root, 'bin/vnetctl'), args, {
    encoding: 'utf8',
    env: environment,
  });
  return `${stdout}${stderr}`;
}

async function socketThere(): Promise<void> {
  const folder = join(scratch, 'run');
  mkdirSync(folder, { recursive: true });
  const watching = watch(folder);
  const late = setTimeout(() => watching.close(), PATIENCE_MS * 5);
  if (!existsSync(socket)) {
    await new Promise<void>((resolve) => {
      watching.on('change', () => existsSync(socket) && resolve());
      watching.on('close', resolve);
    });
  }
  clearTimeout(late);
  watching.close();
}

async function main(): Promise<number> {
  console.log('A network namespace of its own; the host’s network is not touched.\n');
  const { text, links } = declaration();
  mkdirSync(join(scratch, 'etc'));
  writeFileSync(join(scratch, 'etc/try.yaml'), text, { mode: 0o644 });
  const log: string[] = [];
  const there = socketThere();
  const daemon = spawn(
    join(root, 'bin/vnetd'),
    [
      '--config-dir',
      join(scratch, 'etc'),
      '--state-dir',
      join(scratch, 'state'),
      '--runtime-dir',
      join(scratch, 'run'),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  daemon.stderr.on('data', (chunk) => log.push(String(chunk)));
  try {
    await there;
    ctl('wait', '--timeout', '10s');
    const missing = [...links].filter((name) => linkSeen(name) === undefined);
    console.log(
      `vnetd made ${links.size - missing.length} of ${links.size} links from etc/vnetd/try.yaml:\n\n${ip('-br', 'link')}`,
    );
    let failed = missing.length;
    console.log('Now somebody changes things by hand; until `ip` shows them as declared again:\n');
    for (const { link, command, at, wanted } of drifts) {
      if (!links.has(link)) continue;
      const words = `ip ${command.join(' ')}`;
      try {
        ip(...command);
      } catch (error) {
        failed += 1;
        console.log(`  ${words.padEnd(58)} FAILED: ${(error as Error).message.trim().split('\n').at(-1)}`);
        continue;
      }
      const took = until(() => valueAt(linkSeen(link), at) === wanted);
      if (took === undefined) failed += 1;
      console.log(
        `  ${words.padEnd(58)} ${took === undefined ? 'NOT PUT BACK' : `put back, seen after ${took.toFixed(1)} ms`}`,
      );
    }
    console.log(`\n$ vnetctl status\n${ctl('status')}\n$ vnetctl history\n${ctl('history', '-n', '40')}`);
    console.log(
      failed === 0 ? 'Everything was put back.' : `${failed} things were not as declared.\n${log.join('')}`,
    );
    return failed === 0 ? 0 : 1;
  } finally {
    daemon.kill('SIGTERM');
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main();
