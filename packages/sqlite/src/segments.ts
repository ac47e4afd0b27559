import { cutSegment, joinSegments, type Segment } from "@runwire/core";
import { type Query, query } from "./query.ts";
import type { RunRow } from "./run-row.ts";
import type { Store } from "./store.ts";

/**
 * A small append is joined to the row before it up to so much text. A page is written whole in any case, so this costs
 * nothing; what is read later is a tenth of the rows. With the rest of its row it just fits a page of 4,096 bytes.
 */
const rowUnits = 3_900;
/** A read ends after this much text: however long a run is, a reader holds little of it. */
const readUnits = 262_144;

/** What the runs row says of the newest row of segments. */
interface LastRow {
  readonly lastFirst: number;
  readonly lastUnits: number;
}

/** The events of all runs. */
export interface Segments {
  /** Adds events after the run's newest ones. */
  append(
    run: Pick<RunRow, "key" | "tailEpoch" | "lastFirst" | "lastUnits">,
    segment: Segment,
  ): LastRow;
  /** The epoch under which the event was written, which must be there. */
  epochAt(run: number, seq: number): number;
  /** Some of the events after `seq`, at least one and at most `limit`, of one epoch. There must be one. */
  read(run: number, seq: number, limit: number): Segment;
  delete(run: number): void;
}

export function segments({ db }: Pick<Store, "db">): Segments {
  const insert = query(
    db,
    "INSERT INTO segments (key, count, epoch, frames) VALUES ((? << 32) + ?, ?, ?, ?)",
  );
  const join = query(
    db,
    `UPDATE segments SET count = count + ?, frames = frames || ? WHERE key = (? << 32) + ?`,
  );
  const epoch: Query<{ epoch: number }> = query(
    db,
    "SELECT epoch FROM segments WHERE key <= (? << 32) + ? ORDER BY key DESC LIMIT 1",
  );
  // From the row that has the event on.
  const rows: Query<Segment> = query(
    db,
    `SELECT key & 0xffffffff AS first, count, epoch, frames FROM segments
     WHERE key >= (SELECT max(key) FROM segments WHERE key <= (? << 32) + ?) AND key < (? << 32) + ?
     ORDER BY key`,
  );
  const remove = query(db, "DELETE FROM segments WHERE key > (? << 32) AND key < ((? + 1) << 32)");

  return {
    append(run, { first, count, epoch, frames }) {
      const units = run.lastUnits + frames.length;
      if (run.lastFirst > 0 && run.tailEpoch === epoch && units <= rowUnits) {
        join.run(count, frames, run.key, run.lastFirst);
        return { lastFirst: run.lastFirst, lastUnits: units };
      }
      insert.run(run.key, first, count, epoch, frames);
      return { lastFirst: first, lastUnits: frames.length };
    },
    epochAt: (run, seq) => epoch.get(run, seq)?.epoch ?? 0,
    read(run, seq, limit) {
      const found: Segment[] = [];
      let units = 0;
      const next = seq + 1;
      for (const { first, count, epoch, frames } of rows.iterate(run, next, run, next + limit)) {
        if (found[0] !== undefined && epoch !== found[0].epoch) break;
        found.push({ first, count, epoch, frames });
        units += frames.length;
        if (units >= readUnits) break;
      }
      return cutSegment(joinSegments(found), seq, limit);
    },
    delete: (run) => void remove.run(run, run),
  };
}
