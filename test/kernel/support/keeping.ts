import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type Daemon, type JournalLine, startDaemon } from './daemon.ts';
import type { Json } from './ip.ts';
import { inNamespace, type Namespace } from './namespace.ts';
import { until } from './until.ts';

type TestLike = Parameters<typeof inNamespace>[0];

/** How long anything is waited for; only a test that fails waits so long. */
export const within = 30_000;

/** An object as `vnetctl status --json` tells it. */
export interface ObjectJson {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string | null;
  readonly since: string;
  readonly drifts: number;
  readonly last_drift: string | null;
}

/** Starts vnetd with this declaration in a namespace of its own; `prepare` comes first. */
export async function keep(
  t: TestLike,
  yaml: string,
  prepare: (ns: Namespace) => Promise<unknown> = async () => undefined,
): Promise<{ readonly ns: Namespace; readonly daemon: Daemon }> {
  const ns = await inNamespace(t);
  await prepare(ns);
  const daemon = await startDaemon(t, { files: { '10-links.yaml': yaml }, enter: ns.enter });
  return { ns, daemon };
}

/** The same, and waits until all of it is in force. */
export async function keepInSync(
  t: TestLike,
  yaml: string,
  prepare?: (ns: Namespace) => Promise<unknown>,
): Promise<{ readonly ns: Namespace; readonly daemon: Daemon }> {
  const kept = await keep(t, yaml, prepare);
  await inSync(kept.daemon);
  return kept;
}

/** `vnetctl wait`: the folder is read again and the objects (all, if none is named) become in sync. */
export async function inSync(daemon: Daemon, ...ids: string[]): Promise<void> {
  const { code, stdout, stderr } = await daemon.vnetctl('wait', ...ids, '--timeout', '30s');
  assert.equal(code, 0, `${stdout}${stderr}`);
}

export async function objectsOf(daemon: Daemon): Promise<readonly ObjectJson[]> {
  const { json } = await daemon.vnetctl('status');
  return (json as { readonly objects: readonly ObjectJson[] }).objects;
}

export async function objectOf(daemon: Daemon, id: string): Promise<ObjectJson> {
  const found = (await objectsOf(daemon)).find((object) => object.id === id);
  assert.ok(found, `no object ${id} in status`);
  return found;
}

/** The events of an object in the history, oldest first. */
export async function historyOf(daemon: Daemon, id: string): Promise<readonly Json[]> {
  return (await daemon.vnetctl('history', id, '-n', '1000')).lines;
}

/** The keys of all changes of these events, each once. */
export function keysOf(events: readonly Json[]): readonly string[] {
  const changes = events.flatMap(({ changes = [] }) => changes as readonly { readonly key: string }[]);
  return [...new Set(changes.map(({ key }) => key))].sort();
}

/** Waits until the journal has such an event; those before `from` do not count. */
export async function hears(daemon: Daemon, id: string | null, event: string, from = 0): Promise<Json> {
  const line = await daemon.journal.first(isEvent(id, event), { within, what: `${event} of ${id}`, from });
  return line.fields;
}

/** How many such events the journal has. */
export function heard(daemon: Daemon, id: string | null, event: string): number {
  return daemon.journal.seen.filter(isEvent(id, event)).length;
}

function isEvent(id: string | null, event: string): (line: JournalLine) => boolean {
  return ({ fields }) => fields.event === event && fields.id === id;
}

/** A signal to stop is sent, not done, when kill(2) returns. The state stands behind the name in parentheses (proc_pid_stat(5)). */
function isStopped(pid: number): boolean {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.every((thread) =>
    /\) T [^)]*$/.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')),
  );
}

/** Does something while vnetd stands still: it hears of all of it at once, afterwards. */
export async function unheard(daemon: Daemon, work: () => Promise<unknown>): Promise<void> {
  daemon.signal('SIGSTOP');
  try {
    await until(() => isStopped(daemon.pid), { within, what: 'all threads stand still' });
    await work();
  } finally {
    daemon.signal('SIGCONT');
  }
}
