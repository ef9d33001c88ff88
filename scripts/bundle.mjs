// Bundles vnetd and vnetctl out of dist/src/ into the folder given, a folder each: of a start of either, loading modules is
// the largest part. CommonJS, as Node loads its ESM loader for anything else (3 ms of an empty Node's 20). Packages are not
// bundled.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const [folder] = process.argv.slice(2);

await bundle('vnetd', {
  main: 'daemon/main',
  // Threads: what keeps, what reads large configuration files, what looks through a large history.
  'keeper-thread': 'daemon/keeper-thread',
  checker: 'config/checker',
  'history-checker': 'history/history-checker',
});
// One file for all that `vnetctl status` needs; what other commands need besides stays in files of its own, loaded by them.
await bundle('vnetctl', { main: 'cli/main', checker: 'config/checker' }, [
  { name: 'main', test: /\/cli\/(main|status)\.js$/, includeDependenciesRecursively: true },
]);

async function bundle(program, entries, groups = []) {
  const dir = join(folder, program);
  await build({
    input: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, `dist/src/${path}.js`])),
    platform: 'node',
    external: /^[^./]/,
    logLevel: 'warn',
    // What one entry loads later another needs at once.
    checks: { ineffectiveDynamicImport: false },
    output: {
      dir,
      format: 'cjs',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      codeSplitting: { groups },
    },
  });
  writeFileSync(join(dir, 'package.json'), '{ "type": "commonjs" }\n');
  chmodSync(join(dir, 'main.js'), 0o755);
}
