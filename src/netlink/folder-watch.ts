import { addon, NativeError, type NativeFolderWatch } from './addon.ts';

/** The files of a folder: that one came, went, or got another owner or mode. It does not keep the thread alive. */
export class FolderWatch {
  readonly #native: NativeFolderWatch;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.#native = new addon.FolderWatch(path);
  }

  /** Calls back with the names of the files something happened to, null for some that are lost; throws {@link NativeError}. */
  watch(callback: (names: readonly (string | null)[]) => void): void {
    const started = this.#native.watch(() => callback(this.#native.read()));
    if (started < 0) throw new NativeError(-started, 'inotify_add_watch', `watch ${this.#path}`);
  }

  close(): void {
    this.#native.close();
  }
}
