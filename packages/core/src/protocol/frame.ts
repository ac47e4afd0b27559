import type { RunEvent } from "./events.ts";
import type { SnapshotFrame } from "./state.ts";

/** On the stream of a thread: the frames that follow are this run's. Has no cursor. */
export interface RunFrame {
  readonly type: "run";
  readonly run: string;
}

/** What one frame of a stream holds: an entry of the log, or what only the wire knows. */
export type Frame = RunEvent | SnapshotFrame | RunFrame;
