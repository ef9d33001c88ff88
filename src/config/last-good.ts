import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAll, type ToCheck } from './check-aside.ts';
import { type Checked, keptIn, recordOf } from './checked.ts';
import { type InForce, inForceAsText, inForceIn } from './in-force.ts';

const RECORD = '.json';
const CONTENTS = 'contents';
const IN_FORCE = 'in-force';

/**
 * The last good version of each configuration file, kept in a folder of the state directory:
 * one record a file, and the digest of what was read last.
 */
export interface LastGood {
  readonly files: ReadonlyMap<string, Checked>;
  /** Digest of the folder's contents when it was read last, or undefined. */
  readonly contents: string | undefined;
}

/** What is kept; a record that cannot be read is as good as none, and the folder itself is still there to be read. */
export async function readLastGood(directory: string, tables: string): Promise<LastGood> {
  const files = new Map<string, Checked>();
  const stale: ToCheck[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.endsWith(RECORD)) continue;
    const file = name.slice(0, -RECORD.length);
    const record = await textOf(join(directory, name));
    const kept = record === undefined ? undefined : keptIn(record, tables);
    if (kept === undefined) continue;
    if (kept.compiled !== undefined) files.set(file, kept);
    else stale.push({ file, hash: kept.hash, text: kept.text });
  }
  for (const [i, checked] of (await checkAll(stale)).entries()) {
    if (checked.compiled.part !== null) files.set(stale[i]?.file ?? '', checked);
  }
  return { files, contents: await textOf(join(directory, CONTENTS)) };
}

function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

/** Makes the records those of `files`; only what changed since `before` is written. */
export async function keepLastGood(
  directory: string,
  tables: string,
  before: ReadonlyMap<string, Checked>,
  { files, contents }: LastGood,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [file, checked] of files) {
    if (before.get(file)?.hash === checked.hash) continue;
    const record = recordOf(checked, tables);
    if (record !== undefined) await writeWhole(join(directory, file + RECORD), record);
  }
  for (const file of before.keys())
    if (!files.has(file)) await rm(join(directory, file + RECORD), { force: true });
  if (contents !== undefined) await writeWhole(join(directory, CONTENTS), contents);
}

/** What the contents with that digest came to, if that is kept. */
export async function readInForce(
  directory: string,
  rules: string,
  contents: string,
): Promise<InForce | undefined> {
  const kept = await textOf(join(directory, IN_FORCE));
  return kept === undefined ? undefined : inForceIn(kept, rules, contents);
}

/** Keeps what the contents came to; nothing where not all of it was good. */
export async function keepInForce(
  directory: string,
  rules: string,
  contents: string,
  inForce: InForce | undefined,
): Promise<void> {
  const path = join(directory, IN_FORCE);
  if (inForce === undefined) await rm(path, { force: true });
  else await writeWhole(path, inForceAsText(inForce, rules, contents));
}

/** The file is there whole or as it was before, whenever the power goes. */
async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(fresh, path);
}
