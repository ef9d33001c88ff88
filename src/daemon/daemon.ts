import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Loaded, openConfiguration } from '../config/folder.ts';
import { openHistory } from '../history/history.ts';
import type { ObjectId } from '../model/address.ts';
import { counted } from '../model/counted.ts';
import type { Happening } from '../model/event.ts';
import { type Complaint, whereText } from '../model/place.ts';
import { type ConfigStatus, isGood } from '../model/status.ts';
import { peerCredentials } from '../netlink/native.ts';
import { openControl } from './control.ts';
import type { House } from './house.ts';
import { openJournal } from './journal.ts';
import type { KeeperHandle } from './keeper-handle.ts';
import type { Options } from './options.ts';
import { Published, type Summary } from './published.ts';
import type { Pulse } from './pulse.ts';
import { openServiceManager } from './service-manager.ts';
import { undeclaredNote } from './undeclared.ts';

const SETTLE_ONCE_MS = 30_000;
/** A call into the kernel that takes longer is worth a word. */
const KERNEL_BUSY_MS = 2_000;

/** What runs already when the rest is opened. */
export interface Begun {
  readonly version: string;
  readonly keeper: KeeperHandle;
  readonly pulse: Pulse;
}

/** The composition root: opens everything, ties it together, and closes it when told to; the exit code. */
export async function runDaemon(options: Options, { version, keeper, pulse }: Begun): Promise<number> {
  const { runtimeDirectory, stateDirectory, configDirectory } = options;
  const notes: string[] = [];
  try {
    mkdirSync(stateDirectory, { recursive: true, mode: 0o755 });
  } catch (error) {
    notes.push(`${stateDirectory} cannot be made: ${(error as Error).message}`);
  }

  const stop = new AbortController();
  const ended = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
    stop.signal.addEventListener('abort', () => resolve(String(stop.signal.reason)), { once: true });
  });
  const journal = openJournal({ level: 'info' });
  const history = openHistory({
    path: join(stateDirectory, 'history.db'),
    settings: { keepMs: 90 * 86_400_000, sizeBytes: 64 * 1024 * 1024 },
    onTrouble: (sentence) => journal.warn(sentence),
    onRecovery: (sentence) => journal.notice(sentence),
  });
  const published = new Published();
  let failed = false;
  let keeperTrouble: string | null = null;
  let undeclared: readonly ObjectId[] = [];
  let firstSettled = () => {};
  const settled = new Promise<void>((resolve) => {
    firstSettled = resolve;
  });

  const happened = (happening: Happening) => {
    history.record(happening);
    journal.say(happening);
    published.happened(happening);
  };
  // Nobody asks before the configuration is open, below: the keeper is not told what is declared until then.
  const noteOfUndeclared = () => undeclaredNote(undeclared, configuration.current().unread);
  keeper.listen({
    told(message) {
      if (message.say === 'news') {
        if (message.changed.length + message.gone.length > 0) published.take(message);
        for (const happening of message.happenings) happened(happening);
        if (message.lost > 0) journal.warn(`${message.lost} events came faster than they could be told`);
      } else if (message.say === 'settled') firstSettled();
      else if (message.say === 'undeclared') {
        undeclared = message.ids;
        const note = noteOfUndeclared();
        if (note !== null) journal.warn(note);
        published.changed();
      } else if (message.say === 'trouble') {
        keeperTrouble = message.standing;
        if (message.begins !== undefined) journal.warn(message.begins);
        if (message.over !== undefined) journal.notice(message.over);
        published.changed();
      }
    },
    died(reason) {
      failed = true;
      journal.error('the keeper died; nothing is kept in sync until vnetd is started again', { reason });
      stop.abort('the keeper died');
    },
  });

  const complained = new Set<string>();
  const configuration = openConfiguration({
    directory: configDirectory,
    stateDirectory,
    version,
    generation: history.generation(),
    watch: !options.once,
    signal: stop.signal,
    onChange(loaded) {
      const { declaration } = loaded;
      journal.setLevel(declaration.daemon.logLevel);
      history.retain(declaration.daemon.history);
      happened(configHappening(loaded));
      tellComplaints(loaded, complained, (sentence) => journal.warn(sentence));
      keeper.declare(declaration);
      published.changed();
    },
  });
  const kernelBusy = () => {
    const waited = pulse.waitingMs();
    return waited > KERNEL_BUSY_MS
      ? `kernel busy: a request has been waiting for ${Math.round(waited / 1000)} s`
      : null;
  };
  const allNotes = () => [
    ...notes,
    ...configuration.notes(),
    ...[history.trouble(), noteOfUndeclared(), keeperTrouble, kernelBusy()].filter((one) => one !== null),
  ];
  const service = openServiceManager({ alive: () => pulse.isAlive() });
  const settledNow = async () => {
    const { declaration } = configuration.current();
    await keeper.ask({ ask: 'settled', generation: declaration.generation });
  };
  const configStatus = () => {
    const { declaration, errors, warnings } = configuration.current();
    return { generation: declaration.generation, errors, warnings };
  };
  const house: House = {
    status: () => ({ ...published.status(version, configStatus(), allNotes()), undeclared }),
    detail: (id) => keeper.ask({ ask: 'detail', id }),
    plan: (ids) => keeper.ask({ ask: 'plan', ids }),
    restore: (id) => keeper.ask({ ask: 'restore', id }),
    async reload() {
      await configuration.read();
      await settledNow();
      return configStatus();
    },
    history: (query) => history.query(query),
    doctor: () => keeper.ask({ ask: 'doctor' }),
    watch: (watcher, signal) => published.watch(watcher, signal),
  };

  const sentence = () => summary(published.summary(configStatus(), allNotes()), configStatus());
  let exitCode = 0;
  let isReady = false;
  process.on('SIGHUP', () => {
    // Before it is ready the folder is being read anyhow.
    if (!isReady) return;
    service.reloading();
    house.reload().finally(() => service.ready(sentence()));
  });
  try {
    await configuration.read();
    if (options.once) {
      await Promise.race([settled, ended]);
      exitCode = (await inSyncWithin(house, published, SETTLE_ONCE_MS, stop.signal)) ? 0 : 1;
      return exitCode;
    }
    const control = await openControl({
      path: join(runtimeDirectory, 'vnetd.sock'),
      group: configuration.current().declaration.daemon.socketGroup,
      house,
      signal: stop.signal,
      peer: peerCredentials,
      surprised: (error) => journal.error('an answer failed', { reason: String(error) }),
      remade: (sentence) => journal.warn(sentence),
    });
    await Promise.race([settled, ended]);
    service.ready(sentence());
    isReady = true;
    published.watch({ changed: () => service.status(sentence) }, stop.signal);
    journal.info('ready', { version });
    const why = await ended;
    journal.info('stopping', { reason: why });
    service.stopping(`stopping (${why})`);
    await control.close();
    return failed ? 1 : 0;
  } finally {
    stop.abort('stopping');
    if (!failed) await keeper.stop();
    history.close();
    service.close();
    journal.close();
  }
}

/** Whether everything comes in sync within the time; what cannot is not waited for. */
function inSyncWithin(house: House, published: Published, ms: number, signal: AbortSignal): Promise<boolean> {
  const verdict = () => {
    const { objects, config } = house.status();
    if (config.errors.length > 0) return false;
    if (objects.every(isGood)) return true;
    return objects.some(({ state }) => state === 'pending') ? undefined : false;
  };
  return new Promise((resolve) => {
    const over = new AbortController();
    const settle = (value: boolean) => {
      over.abort();
      clearTimeout(timer);
      resolve(value);
    };
    const timer = setTimeout(() => settle(verdict() === true), ms);
    const look = () => {
      const value = verdict();
      if (value !== undefined) settle(value);
    };
    published.watch({ changed: look }, AbortSignal.any([over.signal, signal]));
    look();
  });
}

function configHappening({ declaration, errors, warnings }: Loaded): Happening {
  const count = (list: readonly unknown[], word: string) =>
    list.length === 0 ? '' : `, ${counted(list.length, word)}`;
  const { generation, size } = declaration;
  const declared = size === 0 ? 'no objects' : counted(size, 'object');
  const message = `generation ${generation}: ${declared} declared${count(errors, 'error')}${count(warnings, 'warning')}`;
  return { at: Date.now(), id: null, event: 'config', generation, message };
}

/** Each complaint is said once, for as long as it stands. */
function tellComplaints(
  { errors, warnings }: Loaded,
  told: Set<string>,
  tell: (sentence: string) => void,
): void {
  const standing = new Set<string>();
  for (const complaint of [...errors, ...warnings]) {
    const sentence = inOneLine(complaint);
    standing.add(sentence);
    if (!told.has(sentence)) tell(sentence);
  }
  told.clear();
  for (const sentence of standing) told.add(sentence);
}

function inOneLine(complaint: Complaint): string {
  return `${whereText(complaint)}: ${complaint.message}`;
}

/** What `systemctl status` shows. */
function summary({ health, objects, inSync }: Summary, config: ConfigStatus): string {
  const errors =
    config.errors.length === 0 ? '' : `, ${counted(config.errors.length, 'configuration error')}`;
  return `${health}: ${inSync} of ${counted(objects, 'object')} in sync${errors}`;
}
