import { changedAt, type Host, isThere, namesIn, textOf } from './host.ts';

/** Where a module is. `unknown`: there is no folder of modules for the kernel that runs. */
export type Whereabouts = 'loaded' | 'built-in' | 'installed' | 'absent' | 'unknown';

/** Where the modules of the kernel that runs are. */
export function moduleFolder({ release }: Host): string {
  return `/lib/modules/${release}`;
}

/** Whether modules of other kernels are there: those of the one that runs may have been taken away by its upgrade. */
export function hasOtherModules(host: Host): boolean {
  return namesIn(host, '/lib/modules').length > 0;
}

/** Whether the kernel has modules at all (CONFIG_MODULES). */
export function loadsModules(host: Host): boolean {
  return isThere(host, '/proc/modules');
}

/** The kernel takes both strokes for one (modprobe(8)); in /sys/module it is the lower one. */
export function moduleName(name: string): string {
  return name.replaceAll('-', '_');
}

export function whereIs(host: Host, module: string): Whereabouts {
  const folder = moduleFolder(host);
  if (fileOf(module, textOf(host, `${folder}/modules.builtin`)) !== undefined) return 'built-in';
  if (isThere(host, `/sys/module/${moduleName(module)}`)) return 'loaded';
  if (!isThere(host, folder)) return 'unknown';
  const file = fileOf(module, textOf(host, `${folder}/modules.dep`));
  return file !== undefined && isThere(host, `${folder}/${file}`) ? 'installed' : 'absent';
}

/** The file of a module in the lists depmod(8) writes: a path a line, in modules.dep with what it needs behind a colon. */
function fileOf(module: string, list: string): string | undefined {
  const name = moduleName(module).replaceAll('_', '[-_]');
  return new RegExp(`^(?:.*/)?${name}\\.ko(?:\\.\\w+)?(?=:|$)`, 'm').exec(list)?.[0];
}

/** When depmod(8) last listed the modules by what the kernel asks for, in milliseconds; 0: never. */
export function listedAt(host: Host): number {
  return changedAt(host, `${moduleFolder(host)}/modules.alias.bin`);
}
