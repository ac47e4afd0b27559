import type { EventLog, ReadResult } from "@runwire/core";
import { query } from "./query.ts";
import type { RunRow } from "./run-row.ts";
import type { Segments } from "./segments.ts";
import type { Store } from "./store.ts";
import type { Answer } from "./transactions.ts";

type Row = Pick<RunRow, "key" | "status" | "tail" | "tailEpoch" | "compacted">;

/** `EventLog.read`. To be called in a transaction: what it reads belongs together. */
export function reading({ db }: Pick<Store, "db">, segments: Segments): Answer<EventLog["read"]> {
  const find = query<Row>(
    db,
    "SELECT key, status, tail, tailEpoch, compacted FROM runs WHERE run = ?",
  );

  return (id, after, limit): ReadResult => {
    const run = find.get(id);
    if (run === undefined) return { status: "gone" };
    const { seq, epoch } = after;
    const { tail } = run;
    if (seq > tail) return { status: "reset" };
    if (seq > 0) {
      // What was compacted has other numbers now: a cursor that does not name the new epoch is from before.
      if (epoch === undefined && run.compacted) return { status: "reset" };
      const at = seq === tail ? run.tailEpoch : segments.epochAt(run.key, seq);
      if (epoch !== undefined && epoch !== at) return { status: "reset" };
    }
    const segment =
      seq === tail
        ? { first: tail + 1, count: 0, epoch: run.tailEpoch, frames: "" }
        : segments.read(run.key, seq, limit);
    const ended = run.status === "ended" && seq + segment.count === tail;
    return { status: "events", segment, ended, tail };
  };
}
