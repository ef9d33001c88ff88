import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Fleet } from './fleets.ts';

/** Another daemon with the same job. */
export interface Rival {
  /** Why it cannot run here, or null. */
  lacks(): string | null;
  /** Writes the declaration into the folder and gives what makes it so, for a network namespace. */
  command(folder: string, fleet: Fleet): readonly string[];
}

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'vnetd/bench');

/**
 * systemd-networkd by itself: without udev (it does not wait for it where /sys is read-only), without a bus, its
 * folders of /run private.
 */
export const networkd: Rival = {
  lacks: () => (existsSync('/lib/systemd/systemd-networkd') ? null : 'not installed (package systemd)'),
  command(folder, { networkd: files }) {
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const script = `
      mount -t tmpfs tmpfs /run/systemd && mkdir -p /run/systemd/network /run/systemd/netif
      mount --bind ${folder} /run/systemd/network
      chown systemd-network:systemd-network /run/systemd/netif; chmod 755 ${folder} ${join(folder, '..')}
      mount -t sysfs -o ro sysfs /sys
      exec /lib/systemd/systemd-networkd`;
    return ['unshare', '--mount', 'sh', '-c', script];
  },
};

/** ifupdown2 from Debian's package, unpacked beside the rest of the cache: installed it would replace ifupdown. */
export const ifupdown: Rival = {
  lacks() {
    try {
      unpacked();
      return null;
    } catch (error) {
      return `its package cannot be had: ${(error as Error).message.split('\n')[0]}`;
    }
  },
  command(folder, { interfaces }) {
    const root = unpacked();
    writeFileSync(join(folder, 'interfaces'), interfaces);
    const script = `
      mount -t overlay overlay -o lowerdir=${root}/etc:/etc /etc || exit 1
      mount -t tmpfs tmpfs /run && mkdir /run/network
      mount -t sysfs sysfs /sys
      exec /usr/bin/python3 ${root}/usr/share/ifupdown2/ifup -a -i ${folder}/interfaces`;
    return ['unshare', '--mount', 'sh', '-c', script];
  },
};

function unpacked(): string {
  const root = join(cache, 'ifupdown2');
  if (existsSync(join(root, 'usr/share/ifupdown2/ifup'))) return root;
  mkdirSync(cache, { recursive: true });
  execFileSync('apt-get', ['download', 'ifupdown2'], { cwd: cache, stdio: 'ignore' });
  const name = readdirSync(cache).find((one) => one.startsWith('ifupdown2_') && one.endsWith('.deb'));
  if (name === undefined) throw new Error('apt-get downloaded nothing');
  execFileSync('dpkg-deb', ['-x', join(cache, name), root]);
  // It is known by the name it is called by.
  execFileSync('ln', ['-s', '__main__.py', join(root, 'usr/share/ifupdown2/ifup')]);
  return root;
}
