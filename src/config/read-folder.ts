import { createHash } from 'node:crypto';
import { constants, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Complaint } from '../model/place.ts';
import { complaintAboutFile, complaintAt, sourceOf } from './source.ts';

/** A configuration file as it is on disk now: its text, or why it cannot be read. */
export type FileOnDisk = { readonly file: string; readonly hash: string } & (
  | { readonly text: string }
  | { readonly fault: Complaint }
);

/** The folder as it is on disk now. */
export interface FolderOnDisk {
  /** `closed`: there is no such folder, or its files are not to be read. */
  readonly is: 'open' | 'closed';
  readonly files: readonly FileOnDisk[];
  readonly errors: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

/** Files as they were read, by name. */
export type KnownFiles = Map<string, { readonly stamp: string; readonly file: FileOnDisk }>;

/** A file is known by its stamp only if it is as old: within one tick of the kernel's clock it may change again unseen. */
const OLD_MS = 100;
/** Looking at so many files takes a millisecond; then others have their turn. */
const FILES_A_TURN = 200;

/** A file of more than this is not a declaration written by anybody. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Reads all files of a folder that hold configuration, in name order; what is `known` is read only if it changed. */
export async function readFolder(directory: string, known: KnownFiles = new Map()): Promise<FolderOnDisk> {
  try {
    const folder = await stat(directory);
    const others = whoElseMayWrite(folder);
    if (others !== undefined) {
      return closed(
        directory,
        `this folder may be written by others than root (${others}), so nothing in it is read`,
      );
    }
    const names = (await readdir(directory)).filter((name) => !isIgnored(name)).sort();
    const files = await readFiles(
      directory,
      names.filter((name) => name.endsWith('.yaml')),
      known,
    );
    const warnings = names
      .filter((name) => name.endsWith('.yml'))
      .map((file) =>
        complaintAboutFile(
          file,
          `this file is not read; only names that end in .yaml are: ${file.slice(0, -4)}.yaml`,
        ),
      );
    return { is: 'open', files, errors: [], warnings };
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'ENOENT' ? 'this folder does not exist' : `this folder cannot be read: ${code}`;
    return closed(directory, why);
  }
}

async function readFiles(
  directory: string,
  names: readonly string[],
  known: KnownFiles,
): Promise<readonly FileOnDisk[]> {
  const files: FileOnDisk[] = [];
  for (const [i, name] of names.entries()) {
    if (i % FILES_A_TURN === FILES_A_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    const stamp = stampOf(join(directory, name));
    const before = known.get(name);
    const file =
      stamp !== undefined && before?.stamp === stamp ? before.file : await readFileOnDisk(directory, name);
    files.push(file);
    if (stamp === undefined) known.delete(name);
    else known.set(name, { stamp, file });
  }
  const there = new Set(names);
  for (const name of known.keys()) if (!there.has(name)) known.delete(name);
  return files;
}

/** What changes whenever a file or who may write it does; taken before it is read. Undefined while it may change unseen. */
function stampOf(path: string): string | undefined {
  try {
    const { dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs, ctimeMs } = statSync(path, { bigint: true });
    if (Date.now() - Number(ctimeMs) < OLD_MS) return undefined;
    return [dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs].join();
  } catch {
    // Why it cannot be read is said when it is to be read.
    return undefined;
  }
}

function closed(directory: string, message: string): FolderOnDisk {
  return { is: 'closed', files: [], errors: [complaintAboutFile(directory, message)], warnings: [] };
}

/** Hidden files, and what editors leave beside a file they write. */
export function isIgnored(name: string): boolean {
  return name.startsWith('.') || /(~|\.swp|\.tmp)$/.test(name);
}

/** A file by path, whoever may write it; `file` is the name it is known by. */
export async function readFileGiven(path: string, file: string): Promise<FileOnDisk> {
  return readOpened(file, path, false);
}

/** What comes in by standard input, all of it. */
export async function readStandardInput(): Promise<FileOnDisk> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of process.stdin) {
    pieces.push(piece as Buffer);
    size += (piece as Buffer).length;
    if (size > MOST_BYTES)
      return faulty('<stdin>', `this is more than the ${MOST_BYTES} bytes that are read`);
  }
  return decoded('<stdin>', Buffer.concat(pieces));
}

async function readFileOnDisk(directory: string, file: string): Promise<FileOnDisk> {
  return readOpened(file, join(directory, file), true);
}

async function readOpened(file: string, path: string, guarded: boolean): Promise<FileOnDisk> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK a FIFO with such a name would be waited for.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await handle.stat();
    const others = guarded ? whoElseMayWrite(found) : undefined;
    if (!found.isFile())
      return faulty(file, `this is ${found.isDirectory() ? 'a folder' : 'no regular file'}, and is not read`);
    if (others !== undefined)
      return faulty(file, `this file may be written by others than root (${others}), so it is not read`);
    if (found.size > MOST_BYTES)
      return faulty(file, `this file has ${found.size} bytes; at most ${MOST_BYTES} are read`);
    return decoded(file, await handle.readFile());
  } catch (error) {
    const code = codeOf(error);
    return faulty(
      file,
      code === 'ENOENT' ? 'this is a symbolic link to nothing' : `this file cannot be read: ${code}`,
    );
  } finally {
    await handle?.close();
  }
}

function decoded(file: string, bytes: Buffer): FileOnDisk {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { file, hash: hashOf(bytes), text };
  } catch {
    const source = sourceOf(file, new TextDecoder().decode(bytes));
    const at = source.lines[firstBadLine(bytes) - 1] ?? 0;
    return { file, hash: hashOf(bytes), fault: complaintAt(source, at, 'this line is not UTF-8 text') };
  }
}

function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(10, from);
    const to = end < 0 ? bytes.length : end;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch {
      return line;
    }
    from = to + 1;
  }
  return line;
}

function faulty(file: string, message: string): FileOnDisk {
  return { file, hash: hashOf(message), fault: complaintAboutFile(file, message) };
}

/** Who may write a file or folder beside root (and the user vnetd runs as), or undefined. */
function whoElseMayWrite({ mode, uid }: Stats): string | undefined {
  if ((mode & 0o022) !== 0) return `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`;
  return uid === 0 || uid === process.geteuid?.() ? undefined : `it belongs to uid ${uid}`;
}

export function hashOf(contents: string | Buffer): string {
  return createHash('sha256').update(contents).digest('hex').slice(0, 32);
}

function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
