/** Marks a file as one of ours: "RWLG". Kept in its header, where SQLite has a place for that. */
export const applicationId = 0x52574c47;

/**
 * What brings a file from each version to the next one. A version is never changed once it was released: files that
 * have it are out there.
 *
 * Columns are named after the fields they are read into. What belongs to a run and has a number (its events by `seq`,
 * its commands by `n`) is kept in one order by a key that is made of both: `(run << 32) + number`.
 */
export const migrations: readonly string[] = [
  `
  -- One row. now: the newest store time that was written anywhere. updatedAt: that of the thread that was touched last.
  -- readied: how often a run became ready, so that other processes notice.
  CREATE TABLE store (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    now INTEGER NOT NULL,
    updatedAt INTEGER NOT NULL,
    readied INTEGER NOT NULL
  ) STRICT;
  INSERT INTO store VALUES (1, 0, 0, 0);

  -- Who holds leases: what one of them held is free when its process is gone.
  CREATE TABLE processes (
    log TEXT PRIMARY KEY,
    identity TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- score: of the thread's run that became ready last.
  CREATE TABLE threads (
    key INTEGER PRIMARY KEY,
    thread TEXT NOT NULL UNIQUE,
    principal TEXT,
    title TEXT,
    createdAt INTEGER NOT NULL,
    updatedAt INTEGER NOT NULL UNIQUE,
    score INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX threadsOfPrincipal ON threads (principal, updatedAt);

  -- In the order of their creation. A run with a worker is leased, until dueAt; one without can be claimed from dueAt
  -- on, because of why, or not at all without one. Once that time has come it has a score and is in the queue.
  -- commands, consumed: the newest command and the newest consumed one. left…: the append that ended the last lease.
  -- last…: the row of segments that has the newest events, and how much text is in it. endedAt: until it is compacted.
  CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    threadKey INTEGER NOT NULL REFERENCES threads (key),
    agent TEXT NOT NULL,
    principal TEXT,
    previous TEXT,
    digest TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('blocked', 'open', 'ended')),
    tail INTEGER NOT NULL,
    tailEpoch INTEGER NOT NULL,
    compacted INTEGER NOT NULL DEFAULT 0,
    endedAt INTEGER,
    commands INTEGER NOT NULL DEFAULT 0,
    consumed INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0,
    createdEpoch INTEGER,
    worker TEXT,
    process TEXT,
    dueAt INTEGER,
    why TEXT,
    score INTEGER,
    leftEpoch INTEGER,
    leftAfter INTEGER,
    leftHow TEXT,
    lastFirst INTEGER NOT NULL DEFAULT 0,
    lastUnits INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX runsOfThread ON runs (threadKey);
  CREATE INDEX blockedRuns ON runs (previous) WHERE status = 'blocked';
  CREATE INDEX laterRuns ON runs (dueAt) WHERE dueAt IS NOT NULL AND score IS NULL;
  CREATE INDEX readyRuns ON runs (score) WHERE score IS NOT NULL;
  CREATE INDEX uncompactedRuns ON runs (endedAt) WHERE endedAt IS NOT NULL;

  -- Contiguous events of one epoch, by the seq of the first.
  CREATE TABLE segments (
    key INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    frames TEXT NOT NULL
  ) STRICT;

  CREATE TABLE commands (
    key INTEGER PRIMARY KEY,
    runKey INTEGER NOT NULL REFERENCES runs (key),
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    command TEXT NOT NULL,
    UNIQUE (runKey, id)
  ) STRICT;

  -- Tombstones: "run:" and "thread:" with an id that never comes back.
  CREATE TABLE gone (
    what TEXT PRIMARY KEY
  ) STRICT, WITHOUT ROWID;
  `,
];
