import { isId, type Segment, segmentJson, type TailItem, type ThreadItem } from "@runwire/core";
import { formatCursor, type RunState, type SnapshotFrame } from "@runwire/core/protocol";
import type { FrameFormat } from "./frame-format.ts";
import type { Chunk } from "./stream-body.ts";

interface Encoded {
  readonly format: FrameFormat;
  readonly prefix: string;
  readonly text: string;
  bytes: Uint8Array<ArrayBuffer> | undefined;
}

const encoder = new TextEncoder();

/**
 * What was encoded last, and of what. All viewers of a run are told the same segment (or state) one after the other: its
 * text is made once, and bytes of it once a second viewer wants it, which all later ones get as they are.
 */
let newest: { readonly source: Segment | RunState; readonly made: Encoded[] } | undefined;

/** A portion of a followed run. `prefix` stands before each cursor. */
export function encodeRunItem(format: FrameFormat, item: TailItem, prefix = ""): Chunk {
  if (item.type === "gone") return "";
  const source = item.type === "events" ? item.segment : item.state;
  if (newest?.source !== source) newest = { source, made: [] };
  for (const known of newest.made) {
    if (known.format !== format || known.prefix !== prefix) continue;
    known.bytes ??= encoder.encode(known.text);
    return known.bytes;
  }
  const text =
    item.type === "events"
      ? segmentText(format, item.segment, prefix)
      : snapshotText(
          format,
          item.state,
          prefix + formatCursor({ seq: item.state.seq, epoch: item.epoch }),
        );
  newest.made.push({ format, prefix, text, bytes: undefined });
  return text;
}

/**
 * The same for a thread, one encoder per viewer: it remembers which run the portions belong to. `run`: the one that a
 * viewer goes on with, which is not announced again.
 */
export function threadEncoder(format: FrameFormat, run?: string): (item: ThreadItem) => Chunk {
  let prefix = run === undefined ? "" : prefixOf(run);
  return (item) => {
    if (item.type !== "run") return encodeRunItem(format, item, prefix);
    prefix = prefixOf(item.run);
    return format.frame(JSON.stringify({ type: "run", run: item.run }));
  };
}

/** Scripts choose run ids too, and these are about to stand in `id:` lines. */
function prefixOf(run: string): string {
  if (!isId(run)) throw new TypeError(`Not a run id: ${JSON.stringify(run)}`);
  return `${run}/`;
}

function segmentText(format: FrameFormat, segment: Segment, prefix: string): string {
  if (!format.asKept)
    return segmentJson(segment)
      .map((json) => format.frame(json))
      .join("");
  if (prefix === "") return segment.frames;
  // JSON has no line breaks: nothing else begins a line like that.
  return `id: ${prefix}${segment.frames.slice(4).replaceAll("\n\nid: ", `\n\nid: ${prefix}`)}`;
}

function snapshotText(format: FrameFormat, state: RunState, id: string): string {
  const frame: SnapshotFrame = { type: "snapshot", seq: state.seq, protocol: 1, state };
  return format.frame(JSON.stringify(frame), id);
}
