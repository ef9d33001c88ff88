import { isKernelName, type KernelName, kernelNames } from '../lab/kernels.ts';

/** What the comments at the top of a kernel or system test say about how it runs. */
export interface Marker {
  readonly kernels: readonly KernelName[];
  readonly systemd: boolean;
  readonly memory: string;
  readonly seconds: number;
  readonly kernelArguments: string;
}

/**
 * Reads the `// key: value` lines at the top of a test's source:
 * `kernels` (required), `boot: systemd`, `memory: 512M`, `timeout: 300` (seconds), `kernel-arguments: …`.
 */
export function readMarker(source: string): Marker {
  const said = new Map<string, string>();
  for (const line of source.split('\n')) {
    const [, key, value] = /^\/\/ ([a-z-]+): *(.*\S)/.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      break;
    }
    said.set(key, value);
  }
  const take = (key: string, otherwise: string): string => {
    const value = said.get(key) ?? otherwise;
    said.delete(key);
    return value;
  };

  const kernels = take('kernels', '')
    .split(/\s+/)
    .filter((name) => name !== '');
  const boot = take('boot', 'plain');
  const marker = {
    kernels: kernels.filter(isKernelName),
    systemd: boot === 'systemd',
    memory: take('memory', '512M'),
    seconds: Number(take('timeout', '120')),
    kernelArguments: take('kernel-arguments', ''),
  };
  const stranger = kernels.find((name) => !isKernelName(name));
  if (kernels.length === 0) {
    throw new Error(`the first line must be \`// kernels: …\`, some of ${kernelNames.join(' ')}`);
  }
  if (stranger !== undefined) {
    throw new Error(`no kernel ${stranger}; there are ${kernelNames.join(' ')}`);
  }
  if (!['plain', 'systemd'].includes(boot)) {
    throw new Error(`no boot ${boot}; there are plain and systemd`);
  }
  if (marker.systemd && marker.kernels.includes('host')) {
    throw new Error('systemd boots in User-mode Linux only, not on host');
  }
  if (!(marker.seconds > 0)) {
    throw new Error('timeout is a number of seconds');
  }
  for (const key of said.keys()) {
    throw new Error(`no key ${key}; there are kernels, boot, memory, timeout and kernel-arguments`);
  }
  return marker;
}
