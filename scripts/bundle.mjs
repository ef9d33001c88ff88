// Bundles vnetctl out of dist/src/ into the folder given: start-up is most of what it takes. CommonJS, as Node loads its
// ESM loader for anything else (3 ms of an empty Node's 20), and one file for all that `vnetctl status` needs; what other
// commands need besides stays in files of its own, loaded by them. Packages are not bundled.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const [folder] = process.argv.slice(2);

await build({
  input: {
    main: 'dist/src/cli/main.js',
    // The thread that `vnetctl validate` gives large files to.
    checker: 'dist/src/config/checker.js',
  },
  platform: 'node',
  external: /^[^./]/,
  logLevel: 'warn',
  output: {
    dir: folder,
    format: 'cjs',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [{ name: 'main', test: /\/cli\/(main|status)\.js$/, includeDependenciesRecursively: true }],
    },
  },
});
writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
