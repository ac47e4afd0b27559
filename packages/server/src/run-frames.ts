import { encodeEvent, isId, type TailItem, type ThreadItem } from "@runwire/core";
import {
  formatCursor,
  type RunEvent,
  type RunState,
  type SnapshotFrame,
} from "@runwire/core/protocol";
import { FrameCache } from "./frame-cache.ts";
import type { FrameFormat } from "./frame-format.ts";
import { chunkBytes, type Piece } from "./stream-writer.ts";

type Bytes = readonly Uint8Array<ArrayBuffer>[];

const encoder = new TextEncoder();

/**
 * The runtime hands all viewers of a run the same array of events (or the same state): its frames are encoded once,
 * however many viewers get them.
 */
const encoded = new FrameCache(2 ** 23);

/** Turns the portions of a followed run into frames. `prefix` stands before each cursor. */
export function encodeRunItem(format: FrameFormat, item: TailItem, prefix = ""): Bytes {
  if (item.type === "gone") return [];
  const key = item.type === "events" ? item.events : item.state;
  const dependsOn = `${format.contentType} ${item.epoch} ${prefix}`;
  let bytes = encoded.get(key, dependsOn);
  if (bytes === undefined) {
    const idOf = (seq: number) => prefix + formatCursor({ seq, epoch: item.epoch });
    bytes =
      item.type === "events"
        ? encodeEvents(format, item.events, idOf)
        : [encodeSnapshot(format, item.state, idOf)];
    encoded.set(key, dependsOn, bytes);
  }
  return bytes;
}

/**
 * The same for a thread, one encoder per viewer: it remembers which run the portions belong to. `run`: the one that a
 * viewer goes on with, which is not announced again.
 */
export function threadEncoder(
  format: FrameFormat,
  run?: string,
): (item: ThreadItem) => readonly Piece[] {
  let prefix = run === undefined ? "" : prefixOf(run);
  return (item) => {
    if (item.type !== "run") return encodeRunItem(format, item, prefix);
    prefix = prefixOf(item.run);
    return [format.frame(JSON.stringify({ type: "run", run: item.run }))];
  };
}

/** Scripts choose run ids too, and these are about to stand in `id:` lines. */
function prefixOf(run: string): string {
  if (!isId(run)) throw new TypeError(`Not a run id: ${JSON.stringify(run)}`);
  return `${run}/`;
}

function encodeEvents(
  format: FrameFormat,
  events: readonly RunEvent[],
  idOf: (seq: number) => string,
): Bytes {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let text = "";
  for (const event of events) {
    text += format.frame(encodeEvent(event), idOf(event.seq));
    if (text.length < chunkBytes) continue;
    chunks.push(encoder.encode(text));
    text = "";
  }
  if (text !== "") chunks.push(encoder.encode(text));
  return chunks;
}

function encodeSnapshot(
  format: FrameFormat,
  state: RunState,
  idOf: (seq: number) => string,
): Uint8Array<ArrayBuffer> {
  const frame: SnapshotFrame = { type: "snapshot", seq: state.seq, protocol: 1, state };
  return encoder.encode(format.frame(JSON.stringify(frame), idOf(state.seq)));
}
