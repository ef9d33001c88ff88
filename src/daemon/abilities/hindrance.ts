import { type Host, isThere, namesIn, textOf } from './host.ts';
import { moduleName } from './modules.ts';

/** Where modprobe(8) is told what not to load, in the order it reads: modprobe.d(5). */
const folders = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map(
  (folder) => `${folder}/modprobe.d`,
);

/** Why the kernel did not load a module that is installed; undefined where nothing here says so. */
export function hindranceTo(host: Host, module: string): string | undefined {
  if (textOf(host, '/proc/sys/kernel/modules_disabled').trim() === '1')
    return 'kernel.modules_disabled is 1, which holds until the next boot';
  const loader = textOf(host, '/proc/sys/kernel/modprobe').trim();
  if (loader === '') return 'kernel.modprobe is empty, so the kernel loads none by itself';
  if (!isThere(host, loader)) return `the kernel would load it with ${loader}, which is not there`;
  return onTheCommandLine(host, module) ?? inAFile(host, module);
}

/** modprobe(8) reads `modprobe.blacklist`, the kernel itself `module_blacklist`. */
function onTheCommandLine(host: Host, module: string): string | undefined {
  for (const word of textOf(host, '/proc/cmdline').trim().split(/\s+/)) {
    const names = /^(?:modprobe\.blacklist|module_blacklist)=(.*)$/.exec(word)?.[1]?.split(',') ?? [];
    if (names.some((name) => moduleName(name) === moduleName(module)))
      return `the kernel was booted with \`${word}\``;
  }
  return undefined;
}

/** A blacklisted module is not loaded by its alias, and the kernel asks for links by alias: `rtnl-link-vcan`. */
function inAFile(host: Host, module: string): string | undefined {
  for (const folder of folders) {
    for (const name of namesIn(host, folder).filter((one) => one.endsWith('.conf'))) {
      for (const [i, line] of textOf(host, `${folder}/${name}`).split('\n').entries()) {
        const [word, other, ...rest] = line.trim().split(/\s+/);
        if (moduleName(other ?? '') !== moduleName(module)) continue;
        if (word === 'blacklist' || (word === 'install' && /(^|\/)(false|true)$/.test(rest[0] ?? '')))
          return `${folder}/${name}:${i + 1} says \`${line.trim()}\``;
      }
    }
  }
  return undefined;
}
