import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, type Json } from '../ovsdb/json.ts';

/** Where Debian and Fedora keep the database of a host. */
const usual = ['/etc/openvswitch/conf.db', '/var/lib/openvswitch/conf.db'];
/** A transaction about a thousand ports has some hundred KiB, and what is looked for is among the last few. */
const TAIL = 1024 * 1024;
const RECORD = 'OVSDB JSON ';
const OWN = 'vnetd: ';

/** What ovs-vswitchd writes into rows by itself (ovs-vswitchd.conf.db(5)): nobody's doing. */
const reported: ReadonlySet<string> = new Set([
  ...['ofport', 'error', 'ifindex', 'mac_in_use', 'status', 'statistics', 'admin_state', 'link_state'],
  ...[
    'link_resets',
    'link_speed',
    'duplex',
    'mtu',
    'lacp_current',
    'bfd_status',
    'rstp_status',
    'rstp_statistics',
  ],
  ...[
    'cfm_fault',
    'cfm_fault_status',
    'cfm_health',
    'cfm_remote_mpids',
    'cfm_remote_opstate',
    'cfm_flap_count',
  ],
  ...['datapath_id', 'datapath_version', 'bond_active_slave'],
]);

/** The files that may hold the database whose server listens at a socket, as they are now. */
export function logsBeside(socket: string): readonly DatabaseLog[] {
  return [join(dirname(socket), 'conf.db'), ...usual].map((path) => new DatabaseLog(path));
}

/**
 * The comment of the last transaction of somebody else's that changed one of these rows, as the database's own file has
 * it (ovsdb(5), `ovsdb-tool show-log`); null where that one has none, and where no file tells of these rows.
 * A uuid is the same nowhere else, so that no wrong file can answer.
 */
export function lastCommentOn(rows: ReadonlySet<string>, logs: readonly DatabaseLog[]): string | null {
  for (const log of logs) {
    const comment = log.lastCommentOn(rows);
    if (comment !== undefined) return comment;
  }
  return null;
}

/** The end of a database's file, read once and no further back than is asked for: a thousand rows may go at once. */
export class DatabaseLog {
  readonly #path: string;
  /** The latest is the last. */
  #unread: string[] | undefined;
  #read = 0;
  /** The latest transaction that changed each row: how many are later, and its comment. */
  readonly #last = new Map<string, { readonly later: number; readonly comment: string | null }>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined where nothing is said of the rows. */
  lastCommentOn(rows: ReadonlySet<string>): string | null | undefined {
    // The first is cut, unless the file is short.
    this.#unread ??= tailOf(this.#path).split(`\n${RECORD}`);
    for (;;) {
      const found = [...rows].flatMap((uuid) => this.#last.get(uuid) ?? []);
      if (found.length > 0) return found.reduce((a, b) => (a.later <= b.later ? a : b)).comment;
      const record = this.#unread.pop();
      if (record === undefined) return undefined;
      this.#take(parsed(record.slice(record.indexOf('\n') + 1)));
    }
  }

  #take(transaction: Json | undefined): void {
    if (!isObject(transaction)) return;
    const later = this.#read++;
    const comment = typeof transaction._comment === 'string' ? transaction._comment : null;
    if (comment?.startsWith(OWN) === true) return;
    for (const uuid of changedIn(transaction))
      if (!this.#last.has(uuid)) this.#last.set(uuid, { later, comment });
  }
}

function changedIn(transaction: { readonly [table: string]: Json | undefined }): readonly string[] {
  return Object.values(transaction).flatMap((table) =>
    isObject(table)
      ? Object.entries(table).flatMap(([uuid, row]) => (row === null || isSomebodys(row) ? [uuid] : []))
      : [],
  );
}

function isSomebodys(row: Json | undefined): boolean {
  return isObject(row) && Object.keys(row).some((column) => !reported.has(column));
}

function tailOf(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const buffer = Buffer.allocUnsafe(Math.min(size, TAIL));
    const length = readSync(file, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8', 0, length);
  } catch {
    // It is elsewhere, or nobody's to read: then it is not known who it was.
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
