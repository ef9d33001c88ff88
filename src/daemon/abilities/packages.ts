import { type Host, isThere, textOf } from './host.ts';

/** Where a module that is not installed comes from. */
export interface Source {
  readonly package: string | null;
  /** The end of a sentence that says so. */
  readonly words: string;
}

interface Distribution {
  /** As in `ID` and `ID_LIKE` of os-release(5). */
  readonly id: string;
  /** Its kernels, by their release; another is somebody’s own build. */
  readonly kernels: RegExp;
  source(release: RegExpExecArray, module: string, host: Host): Source;
}

/** What neither kernel of Debian 12 is built with. */
const notInDebian: ReadonlySet<string> = new Set(['amt', 'bareudp', 'hsr', 'netdevsim']);

/** The first that fits counts: Ubuntu says that it is like Debian. */
const distributions: readonly Distribution[] = [
  {
    id: 'ubuntu',
    kernels: /^.+-\d+-[a-z][\w-]*$/,
    source: ([release], module, host) => {
      const name = `linux-modules-extra-${release}`;
      return isThere(host, `/var/lib/dpkg/info/${name}.list`)
        ? { package: null, words: `${name} is installed and has no ${module}` }
        : brought(name);
    },
  },
  {
    id: 'debian',
    kernels: /^\d.*?(-cloud)?-(amd64|arm64|armmp|686|i386|ppc64el|powerpc64le|s390x|riscv64)$/,
    source: ([, cloud, machine], module) =>
      cloud === undefined || notInDebian.has(module)
        ? { package: null, words: 'Debian builds its kernels without it' }
        : {
            package: `linux-image-${machine}`,
            words: `Debian’s kernel for clouds lacks it, that of the package linux-image-${machine} has it`,
          },
  },
  { id: 'fedora', kernels: /\.(fc|el|amzn)\d/, source: ({ input }) => ofFedora(input) },
  { id: 'rhel', kernels: /\.el\d/, source: ({ input }) => ofFedora(input) },
  { id: 'suse', kernels: /-default$/, source: () => brought('kernel-default') },
  { id: 'alpine', kernels: /-virt$/, source: () => ofKernel('linux-lts') },
];

/** What brings a module to the kernel that runs; undefined where that is not known. */
export function sourceOf(host: Host, module: string): Source | undefined {
  const ids = distributionsOf(host);
  for (const { id, kernels, source } of distributions) {
    const release = kernels.exec(host.release);
    if (ids.includes(id) && release !== null) return source(release, module, host);
  }
  return undefined;
}

/** The distribution, and those it is like. */
export function distributionsOf(host: Host): readonly string[] {
  const text = textOf(host, '/etc/os-release') || textOf(host, '/usr/lib/os-release');
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return `${value('ID')} ${value('ID_LIKE')}`.split(' ').map((id) => id.replace(/^opensuse.*/, 'suse'));
}

function brought(name: string): Source {
  return { package: name, words: `the package ${name} brings it` };
}

function ofKernel(name: string): Source {
  return { package: name, words: `the kernel of the package ${name} has it` };
}

function ofFedora(release: string): Source {
  const name = `kernel-modules-extra-${release}`;
  return { package: name, words: `the package ${name} brings it, or kernel-modules-${release}` };
}
