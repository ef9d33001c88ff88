import { execFileSync, spawnSync } from 'node:child_process';

/** Runs ip(8) and gives what it printed; throws with its words. */
export function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** One link as ip(8) sees it, or undefined when there is none of that name. */
export function linkSeen(name: string): Record<string, unknown> | undefined {
  const { stdout, status } = spawnSync('ip', ['-d', '-j', 'addr', 'show', 'dev', name], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [link] = JSON.parse(stdout) as [Record<string, unknown>?];
  return link;
}

/** Why the running kernel cannot make a link of this kind, or undefined when it can. */
export function lacks(kind: string, on: readonly string[], more: readonly string[]): string | undefined {
  const { status, stderr } = spawnSync(
    'ip',
    ['link', 'add', ...on, 'name', 'probe0', 'type', kind, ...more],
    {
      encoding: 'utf8',
    },
  );
  if (status === 0) {
    ip('link', 'del', 'probe0');
    return undefined;
  }
  return stderr.trim().split('\n')[0] ?? 'no reason given';
}
