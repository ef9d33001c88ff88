import { isBefore } from '../../model/release.ts';
import type { AnyRow, Kind } from '../../reconcilers/kind.ts';
import { hindranceTo } from './hindrance.ts';
import { type Host, isContainer } from './host.ts';
import {
  hasOtherModules,
  listedAt,
  loadsModules,
  moduleFolder,
  type Whereabouts,
  whereIs,
} from './modules.ts';
import { sourceOf } from './packages.ts';

/** Why the kernel has no links of a kind, and what would give it some. */
export interface Lack {
  /** The module that has them; null where the kernel has them built in or not at all. */
  readonly module: string | null;
  /** The package that brings the module, where that is known. */
  readonly package: string | null;
  /** What follows the kernel’s own words. */
  readonly words: string;
  /** The same for the row of a table: without what would help. */
  readonly brief: string;
  /** Another text when the kernel may answer otherwise. */
  readonly mark: string;
}

/** Why links of a kind are unknown to the kernel, which said so just now. */
export function lackOf(host: Host, { name, kernel }: Pick<Kind, 'name' | 'kernel'>): Lack {
  const module = kernel?.module ?? null;
  const lack = (brief: string, words = brief, from: string | null = null): Lack => {
    return { module, package: from, words, brief, mark: `${words} ${listedAt(host)}` };
  };
  const builtWithout = `this kernel was built without ${name}`;
  const where = module === null ? 'absent' : whereIs(host, module);
  const isOlder = kernel?.since !== undefined && isBefore(host.release, kernel.since);
  if (isOlder && (where === 'absent' || where === 'unknown'))
    return lack(`${name} came with Linux ${kernel.since}, and this is ${host.release}`);
  const thisWithout = `this kernel (${host.release}) was built without ${name}`;
  if (module === null) return lack(builtWithout, thisWithout);
  if (!loadsModules(host)) return lack(builtWithout, `${thisWithout}, and loads no modules`);
  if (where !== 'loaded' && where !== 'built-in' && isContainer(host))
    return lack(
      `its module ${module} is not loaded on the host of this container`,
      `its module ${module} is not loaded, and a container has the modules of its host: \`modprobe ${module}\` there`,
    );
  switch (where) {
    case 'loaded':
      return lack(`its module ${module} is loaded and offers none`);
    case 'built-in':
      return lack(
        `its module ${module} is built into this kernel and offers none`,
        `its module ${module} is built into this kernel and offers none; \`dmesg\` may say why`,
      );
    case 'installed': {
      const hindrance = hindranceTo(host, module) ?? `\`modprobe ${module}\` says why`;
      const words = `its module ${module} is installed and was not loaded`;
      return lack(words, `${words}: ${hindrance}`);
    }
    case 'absent': {
      const source = sourceOf(host, module);
      const hint = source === undefined ? '' : `: ${source.words}`;
      const words = `its module ${module} is not installed for this kernel (${host.release})${hint}`;
      return lack(`its module ${module} is not installed`, words, source?.package ?? null);
    }
    case 'unknown': {
      const words = `its module ${module} is looked for in ${moduleFolder(host)}, which is not there`;
      const hint = hasOtherModules(host) ? '; after an upgrade of the kernel, reboot' : '';
      return lack(`its module ${module} is not there`, `${words}${hint}`);
    }
    default:
      return where satisfies never;
  }
}

/** What can be told of a kind nobody has asked the kernel for yet. */
export type Outlook =
  | { readonly is: 'able'; readonly where: Whereabouts | null }
  | { readonly is: 'unable'; readonly lack: Lack };

/** Whether the kernel will know links of a kind, as far as that can be seen without asking it, which would load the module. */
export function outlookOf(host: Host, kind: Kind): Outlook {
  const module = kind.kernel?.module;
  if (module === undefined) return { is: 'able', where: null };
  const where = whereIs(host, module);
  const isHindered = where === 'installed' && hindranceTo(host, module) !== undefined;
  const isOutOfReach = (where === 'absent' || isHindered) && loadsModules(host) && !isContainer(host);
  if (isOutOfReach) return { is: 'unable', lack: lackOf(host, kind) };
  return { is: 'able', where };
}

/** Of a field the kernel took without ever telling of it. */
export function unknownField(host: Host, row: AnyRow): string {
  const since = isLater(host, row) ? `; it came with Linux ${row.since}` : neededFor(row);
  return `this kernel (${host.release}) does not know it${since}`;
}

/** What there is to say of a field the kernel would not have: that it is newer, or not in every kernel; may be nothing. */
export function lackOfField(host: Host, row: Pick<AnyRow, 'since' | 'config'>): string {
  return isLater(host, row)
    ? `; it came with Linux ${row.since}, and this is ${host.release}`
    : neededFor(row);
}

/** Whether a field is newer than the kernel, which a distribution may have given it all the same. */
export function isLater({ release }: Host, { since }: Pick<AnyRow, 'since'>): boolean {
  return since !== undefined && isBefore(release, since);
}

function neededFor({ config }: Pick<AnyRow, 'config'>): string {
  return config === undefined ? '' : `; it takes a kernel with ${config}`;
}
