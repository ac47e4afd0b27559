import { encodeEvent } from "@runwire/core";
import { formatCursor, type RunEvent } from "@runwire/core/protocol";
import { words } from "../client/script.ts";

/** Events per macrotask of every server that is measured: the same for all. */
export const perTurn = 256;

export const part = "p3";
/** The events of a run before its first delta, and after its last. */
export const opening = 3;
const some = words(1_000);

export function deltaAt(index: number): string {
  return some[index % some.length] ?? "";
}

/** The deltas from `from` on as a log has them. */
export function deltaEvents(from: number, count: number): RunEvent[] {
  return Array.from({ length: count }, (_, offset) => ({
    seq: opening + from + offset + 1,
    type: "text.delta",
    id: part,
    delta: deltaAt(from + offset),
  }));
}

/** The frames that our server writes for them: the encoder that the raw servers use as well. */
export function templateFrames(events: readonly RunEvent[], epoch: number): string {
  let text = "";
  for (const event of events) {
    text += `id: ${formatCursor({ seq: event.seq, epoch })}\ndata: ${encodeEvent(event)}\n\n`;
  }
  return text;
}

/** The same frames as most servers write them. */
export function stringifyFrames(events: readonly RunEvent[], epoch: number): string {
  let text = "";
  for (const event of events) {
    text += `id: ${event.seq}.${epoch}\ndata: ${JSON.stringify(event)}\n\n`;
  }
  return text;
}
