import type { RunEvent } from "@runwire/core/protocol";
import type { Connection, Source } from "./follow.ts";
import { createHttp } from "./http.ts";
import type { Received } from "./read-frames.ts";

/** Takes events as they come, dense from 1. */
export function collector(url: string) {
  const http = createHttp({ url });
  const events: RunEvent[] = [];
  const connections: Connection[] = [];
  const source: Source = {
    open: (signal) => http.send({ path: `/events?after=${events.length}`, signal }),
    take(received: readonly Received[]) {
      for (const { frame } of received) {
        if (!("seq" in frame) || frame.type === "snapshot") continue;
        if (frame.seq <= events.length) continue;
        if (frame.seq !== events.length + 1) return "again";
        events.push(frame);
        if (frame.type === "run.completed") return "end";
      }
      return "more";
    },
    get taken() {
      return events.length;
    },
    connection: (connection) => void connections.push(connection),
  };
  return { source, events, connections };
}
