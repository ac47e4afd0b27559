import type { RunEvent, SnapshotFrame } from "@runwire/core/protocol";

/** How far a viewer has come in the log of one run. */
export class Position {
  /** Of the newest event taken; 0 before the first. */
  seq = 0;
  /** The SSE id of it: what a new connection asks to go on after. */
  cursor: string | undefined;

  /**
   * Moves on over the frame, or says why it must not be taken: its event is `known` already, or events before it are
   * missing. A snapshot is taken always, also one that goes back: the log lost what came after it.
   */
  advance(frame: RunEvent | SnapshotFrame, id: string | undefined): "taken" | "known" | "missing" {
    if (frame.type !== "snapshot") {
      if (frame.seq <= this.seq) return "known";
      if (frame.seq !== this.seq + 1) return "missing";
    }
    this.seq = frame.seq;
    this.cursor = id ?? String(frame.seq);
    return "taken";
  }
}
