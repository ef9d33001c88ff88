// Prints the folders of the packages that vnetd needs to run, one a line.
import { readFileSync } from 'node:fs';

/** Wanted by better-sqlite3's package.json for being installed, and by nothing that runs. */
const onlyForInstalling = new Set(['prebuild-install']);

const found = new Set();
const waiting = dependenciesOf('.');
for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
  const folder = `node_modules/${name}`;
  if (onlyForInstalling.has(name) || found.has(folder)) continue;
  found.add(folder);
  waiting.push(...dependenciesOf(folder));
}
console.log([...found].sort().join('\n'));

function dependenciesOf(folder) {
  return Object.keys(JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).dependencies ?? {});
}
