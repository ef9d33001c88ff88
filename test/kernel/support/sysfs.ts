import { readFileSync, writeFileSync } from 'node:fs';

/** Reads a file of /sys or /proc without its newline: `readSysfs('/sys/class/net/eth0/mtu')`. */
export function readSysfs(path: string): string {
  return readFileSync(path, 'utf8').trimEnd();
}

/** Writes a value in one write(2), as these files want it. */
export function writeSysfs(path: string, value: string | number): void {
  writeFileSync(path, String(value));
}

/** Reads a sysctl by the name sysctl(8) gives it, with `/` for the dots: `readSysctl('net/ipv4/ip_forward')`. */
export function readSysctl(name: string): string {
  return readSysfs(`/proc/sys/${name}`);
}
