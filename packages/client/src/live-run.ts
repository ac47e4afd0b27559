import type { ClientTools, On, Run } from "@runwire/core";
import {
  type AskedPart,
  type Callbacks,
  createDraft,
  dispatch,
  isEnded,
  isTerminal,
  pendingApprovals,
  type RunDraft,
  type RunEvent,
  type RunState,
  type ScopedCall,
  type SnapshotFrame,
} from "@runwire/core/protocol";
import { ClientError } from "./client-error.ts";
import type { Commands } from "./commands.ts";
import { Position } from "./position.ts";
import { createToolRunner, type ToolRunner } from "./tool-runner.ts";

/** What a viewer does with a run's events. Read anew for every event: a user interface may change it at any time. */
export interface Watcher {
  readonly on?: On | undefined;
  readonly tools?: ClientTools | undefined;
}

/** A run as one viewer follows it: where in the log it is, the fold up to there, and who is told. */
export class LiveRun {
  readonly id: string;
  readonly position = new Position();
  /** What a person is asked. Another object only when it changed. */
  approvals: readonly ScopedCall<AskedPart>[] = [];
  readonly #run: Run;
  readonly #watcher: Watcher;
  readonly #tools: ToolRunner;
  #draft: RunDraft<RunState | undefined>;

  constructor(run: Run, watcher: Watcher, commands: Commands) {
    this.id = run.id;
    this.#run = run;
    this.#watcher = watcher;
    this.#draft = createDraft<RunState | undefined>(undefined);
    const tools = () => watcher.tools;
    this.#tools = createToolRunner({ run, tools, state: () => this.state, commands });
  }

  /** The fold so far, immutable; the same object until the next event. */
  get state(): RunState | undefined {
    return this.#draft.snapshot();
  }

  /** Takes the next frame, unless it is known already or others are missing before it. */
  take(frame: RunEvent | SnapshotFrame, id?: string): "taken" | "known" | "missing" {
    const how = this.position.advance(frame, id);
    if (how !== "taken") return how;
    if (frame.type === "snapshot") this.#draft = createDraft(frame.state as RunState);
    else this.#draft.apply(frame);
    if (mayChangeApprovals(frame)) this.#look();
    this.#tell(frame);
    return how;
  }

  /** Goes on from a state that came on another way; nobody is told. */
  begin(state: RunState): void {
    this.position.advance(snapshotOf(state), undefined);
    this.#draft = createDraft(state);
    this.#look();
  }

  /** Tells the state as a snapshot, and begins the calls that wait for it. */
  announce(): void {
    const { state } = this;
    if (state !== undefined) this.#tell(snapshotOf(state));
  }

  /** Begins the calls that wait for a viewer. */
  resume(): void {
    const { state } = this;
    if (state !== undefined) this.#tools.notice(snapshotOf(state));
  }

  /** The state at the end, once there is one. */
  end(): RunState {
    const { state } = this;
    if (state !== undefined && isEnded(state)) return state;
    throw new ClientError({ code: "protocol", message: `${this.id} stopped without an end.` });
  }

  stop(): void {
    this.#tools.stop();
  }

  #look(): void {
    const { state } = this;
    const pending = state === undefined ? [] : pendingApprovals(state);
    if (pending.length > 0 || this.approvals.length > 0) this.approvals = pending;
  }

  #tell(frame: RunEvent | SnapshotFrame): void {
    const { on } = this.#watcher;
    if (on !== undefined) dispatch(on as Callbacks, frame, this.#run);
    this.#tools.notice(frame);
  }
}

function mayChangeApprovals({ type }: RunEvent | SnapshotFrame): boolean {
  switch (type) {
    case "snapshot":
    case "approval.requested":
    case "approval.resolved":
    // A run that ends with the question open settles the call so.
    case "tool.failed":
      return true;
    default:
      return false;
  }
}

function snapshotOf(state: RunState): SnapshotFrame {
  return { type: "snapshot", seq: state.seq, protocol: 1, state };
}

/** Whether nothing comes after the frame. */
export function isLast(frame: RunEvent | SnapshotFrame): boolean {
  return frame.type === "snapshot" ? isEnded(frame.state) : isTerminal(frame);
}
