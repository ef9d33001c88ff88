import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const lab = resolve(import.meta.dirname, '../../../test/lab');

/** The kernels tests run on: the one that runs here, the lab's own, and that of Debian's package. */
export const kernelNames = ['host', 'uml-6.12', 'uml-6.1'] as const;
export type KernelName = (typeof kernelNames)[number];

export function isKernelName(text: string): text is KernelName {
  return kernelNames.some((name) => name === text);
}

export class KernelMissing extends Error {
  readonly kernel: KernelName;
  constructor(kernel: KernelName, advice: string) {
    super(`no kernel ${kernel} here: ${advice}`);
    this.kernel = kernel;
  }
}

/** How a command is to run on a kernel. */
export interface Conditions {
  readonly seconds: number;
  readonly memory: string;
  readonly kernelArguments: string;
  readonly systemd: boolean;
  /** Folders of the host the command may write to; on `host` it may anyhow. */
  readonly writable: readonly string[];
}

/** A kernel that is there: makes the command line that runs a command on it. */
export type Kernel = (command: readonly string[], conditions: Conditions) => string[];

/** Finds a kernel; throws `KernelMissing`. */
export function findKernel(name: KernelName): Kernel {
  switch (name) {
    case 'host':
      return (command, { seconds }) => [`${lab}/host-run`, '-t', String(seconds), '--', ...command];
    case 'uml-6.12':
      return userModeLinux(`${ownKernel()}/linux-vnetd`, '');
    case 'uml-6.1':
      // Debian's kernel has these built in, and they would make links of their own.
      return userModeLinux(debianKernel(), 'bonding.max_bonds=0 dummy.numdummies=0 ifb.numifbs=0');
    default:
      return name satisfies never;
  }
}

function userModeLinux(kernel: string, always: string): Kernel {
  return (command, { seconds, memory, kernelArguments, systemd, writable }) => [
    `${lab}/uml-run`,
    ...['-t', String(seconds), '-m', memory, '-k', kernel],
    ...['-a', `${always} ${kernelArguments}`.trim()],
    ...writable.flatMap((folder) => ['-w', folder]),
    ...(systemd ? ['-S'] : []),
    '--',
    ...command,
  ];
}

function ownKernel(): string {
  try {
    return execFileSync(`${lab}/build-kernel`, ['--where'], { encoding: 'utf8' }).trim();
  } catch {
    throw new KernelMissing('uml-6.12', '`make lab` builds it');
  }
}

function debianKernel(): string {
  const path = '/usr/bin/linux.uml';
  if (!existsSync(path)) {
    throw new KernelMissing('uml-6.1', 'it is in the package user-mode-linux, `make lab` installs it');
  }
  return path;
}
