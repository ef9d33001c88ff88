import type Database from 'better-sqlite3';

/** What brings the schema from version N to N + 1, at index N. Only ever added to. */
const migrations: readonly string[] = [
  `CREATE TABLE happening (
     seq        INTEGER PRIMARY KEY,
     at         INTEGER NOT NULL,
     id         TEXT,
     event      TEXT NOT NULL,
     kind       TEXT,
     changes    TEXT,
     requester  TEXT,
     micros     INTEGER,
     disruptive INTEGER,
     message    TEXT,
     generation INTEGER
   ) STRICT;
   CREATE INDEX happening_at ON happening (at);
   CREATE INDEX happening_id_at ON happening (id, at);
   CREATE TABLE remembered (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
];

/** The schema's version as this vnetd knows it, as `user_version` says it in the file. */
export const knownVersion = migrations.length;

/** The version a file has: 0 for a new one. */
export function versionOf(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** Brings a file of an older version, or a new one, to the known version; each step is wholly done or not at all. */
export function migrate(db: Database.Database): void {
  for (let version = versionOf(db); version < knownVersion; version++) {
    db.transaction(() => {
      db.exec(migrations[version] ?? '');
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}
