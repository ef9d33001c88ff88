import { defaultSettings } from '../model/declaration.ts';
import { DeclarationInText } from './in-force.ts';
import { type Loaded, Loader } from './loader.ts';
import { type FolderWatch, watchFolder } from './watch-folder.ts';

export type { Loaded };

export interface ConfigurationOptions {
  readonly directory: string;
  readonly stateDirectory: string;
  /** The generation that was in force last; the one of changed contents is one more. */
  readonly generation: number;
  /** Of vnetd: what another one made of the files is made again. */
  readonly version: string;
  /** Called for the first reading and each later one that found changed contents, whoever asked for it. */
  onChange(loaded: Loaded): void;
  /** Watch the folder until the signal aborts; without a watch only `read` reads it. */
  readonly watch?: boolean;
  readonly signal: AbortSignal;
}

export interface Configuration {
  /** Reads the folder now; `onChange` was called, if it had to be, when this answers. */
  read(): Promise<Loaded>;
  /** What is in force; nothing, and not whole, before the first reading. */
  current(): Loaded;
  /** What is the matter beside the contents: the folder is not watched, the last good version cannot be kept. */
  notes(): readonly string[];
}

/** The configuration folder as one declaration, read again whenever it changes. */
export function openConfiguration(options: ConfigurationOptions): Configuration {
  const { directory, stateDirectory, generation, version, onChange, signal } = options;
  const loader = new Loader(directory, stateDirectory, generation, version);
  const nothing: Loaded = {
    declaration: new DeclarationInText(generation, {
      daemon: defaultSettings,
      whole: false,
      size: 0,
      text: '',
    }),
    errors: [],
    warnings: [],
    unread: [],
    changed: false,
  };
  let notKept: string | undefined;
  let notRead: string | undefined;
  let watch: FolderWatch | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const readOnce = async (): Promise<Loaded> => {
    const first = loader.loaded === undefined;
    const { loaded, keep } = await loader.load();
    if (first || loaded.changed) onChange(loaded);
    notKept = await keep().then(
      () => undefined,
      (error: Error) => `the last good configuration cannot be kept in ${stateDirectory}: ${error.message}`,
    );
    return loaded;
  };
  // One reading at a time; a second one asked for meanwhile sees what the first did not.
  const read = (): Promise<Loaded> => {
    const reading = turn.then(readOnce);
    turn = reading.catch(() => undefined);
    return reading;
  };
  const look = () => {
    read().then(
      () => {
        notRead = undefined;
      },
      (error: Error) => {
        notRead = `reading ${directory} failed: ${error.message}`;
      },
    );
  };
  if (options.watch !== false) watch = watchFolder(directory, look, signal);
  return {
    read,
    current: () => loader.loaded ?? nothing,
    notes: () => [watch?.note(), notKept, notRead].filter((note) => note !== undefined),
  };
}
