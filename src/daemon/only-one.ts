import { ftruncateSync, mkdirSync, readFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { lockFile } from '../netlink/native.ts';

/** Makes this the only daemon of a runtime directory until it ends; throws a Failure that names the other. */
export function beTheOnlyOne(runtimeDirectory: string): void {
  mkdirSync(runtimeDirectory, { recursive: true, mode: 0o755 });
  const path = join(runtimeDirectory, 'vnetd.pid');
  const file = lockFile(path);
  if (file === -constants.errno.EWOULDBLOCK) {
    const pid = readFileSync(path, 'utf8').trim();
    throw new Failure('already-running', `another vnetd (pid ${pid}) runs on ${runtimeDirectory}`);
  }
  if (file < 0) throw new Failure('no-permission', `cannot lock ${path}: errno ${-file}`);
  ftruncateSync(file);
  writeSync(file, `${process.pid}\n`, 0);
}
