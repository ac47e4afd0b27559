import type { RunEvent, SnapshotFrame } from "@runwire/core/protocol";
import type { Batch } from "./feed.ts";
import type { Source } from "./follow.ts";
import type { Http } from "./http.ts";
import { isLast } from "./live-run.ts";
import type { Position } from "./position.ts";

export interface RunSourceOptions {
  readonly http: Http;
  readonly run: string;
  readonly position: Position;
  /** Asks for the stream as long as there is no cursor. Default: for the run's events from the start. */
  readonly begin?: (signal: AbortSignal) => Promise<Response>;
  take(frame: RunEvent | SnapshotFrame, id: string | undefined): "taken" | "known" | "missing";
  /** Told of the events that were taken from one chunk. False: no more of them. */
  tell(batch: Batch): boolean;
}

/** The stream of one run, as {@link follow} wants it. */
export function createRunSource(options: RunSourceOptions): Source {
  const { http, run, position, take, tell } = options;
  const { begin = (signal) => askEvents(http, run, signal) } = options;
  return {
    open: (signal) =>
      position.cursor === undefined
        ? begin(signal)
        : askEvents(http, run, signal, { after: position.cursor }),
    take(received) {
      const events: RunEvent[] = [];
      let next: ReturnType<Source["take"]> = "more";
      for (const { frame, id } of received) {
        if (frame.type === "run") continue;
        const how = take(frame, id);
        if (how === "known") continue;
        if (how === "missing") {
          next = "again";
          break;
        }
        if (frame.type !== "snapshot") events.push(frame);
        if (isLast(frame)) {
          next = "end";
          break;
        }
      }
      const going = events.length === 0 || tell({ events, cursor: position.cursor });
      return going ? next : "end";
    },
    get taken() {
      return position.seq;
    },
    connection() {},
  };
}

/** Asks for a run's events: after a cursor, or from a snapshot on, or from its start. */
export function askEvents(
  http: Http,
  run: string,
  signal: AbortSignal,
  query: { readonly after: string } | { readonly snapshot: "true" } | Record<never, never> = {},
): Promise<Response> {
  return http.send({
    path: `/runs/${encodeURIComponent(run)}/events?${new URLSearchParams(query)}`,
    headers: { accept: "text/event-stream" },
    signal,
  });
}
