import { DraftTree, type Writable } from "./draft-tree.ts";
import type { DeltaType, EventOf, RunEvent } from "./events.ts";
import { dataEmitted, partAdded, partCompleted, partStarted } from "./fold-part.ts";
import {
  cancelRequested,
  initialState,
  outputRejected,
  runEnded,
  runResumed,
  runWaiting,
  stateChanged,
  warningRaised,
} from "./fold-run.ts";
import { stepCompleted, stepReverted, stepStarted } from "./fold-step.ts";
import { agentStarted, agentSwitched, approvalResolved, foldCall } from "./fold-tool.ts";
import type { Part, ReasoningPart, TextPart, ToolPart } from "./message.ts";
import type { RunState } from "./state.ts";

/** A tool's log is cut to its last `keptLog` units whenever it is longer than `maxLog`: seldom, and the same everywhere. */
const keptLog = 65_536;
const maxLog = 2 * keptLog;

/** The part that the last delta went to. Its object is owned, so the next delta is one `+=`. */
interface Hot {
  readonly type: DeltaType;
  readonly id: string;
  readonly scope: string | undefined;
  readonly part: Part;
}

/**
 * The fold as a transient: a run's state that events are applied to in place, and that is published when somebody looks.
 * This is the only code that folds; {@link fold} and {@link foldAll} are it with a snapshot at the end.
 *
 * - The state is a pure function of the events: neither snapshots nor batches change it.
 * - It never throws. What is out of order changes nothing but `seq` (the order verifier refuses it), an event with a
 *   `seq` that was already folded changes nothing at all, and unknown types only advance `seq`.
 * - Cost of a delta: one `+=`, whatever the length of text, message, history and run. Accumulated text is never read:
 *   that would flatten the rope.
 */
export class RunDraft<S extends RunState | undefined = RunState | undefined> {
  #tree: DraftTree | undefined;
  #hot: Hot | undefined;

  constructor(state: S) {
    if (state !== undefined) this.#tree = new DraftTree(state);
  }

  /** The newest event's `seq`; 0 before `run.started`. */
  get seq(): number {
    return this.#tree?.state.seq ?? 0;
  }

  apply(event: RunEvent): void {
    const tree = this.#tree;
    if (tree === undefined) {
      if (event.type === "run.started") this.#tree = new DraftTree(initialState(event));
      return;
    }
    if (event.seq <= tree.state.seq) return;
    switch (event.type) {
      case "text.delta":
      case "reasoning.delta":
        this.#delta(tree, event, event.id);
        break;
      case "tool.args.delta":
      case "tool.output.delta":
        this.#delta(tree, event, event.call);
        break;
      default:
        // Any other event may replace the part's object.
        this.#hot = undefined;
        foldEvent(tree, event);
    }
    tree.root().seq = event.seq;
  }

  applyAll(events: readonly RunEvent[]): void {
    for (const event of events) this.apply(event);
  }

  /** The state as an immutable value: the same object as long as nothing changed. `undefined` before `run.started`. */
  snapshot(): S {
    this.#hot = undefined;
    this.#tree?.release();
    return this.#tree?.state as S;
  }

  #delta(tree: DraftTree, event: EventOf<DeltaType>, id: string): void {
    let hot = this.#hot;
    if (
      hot === undefined ||
      hot.id !== id ||
      hot.type !== event.type ||
      hot.scope !== event.scope
    ) {
      const place = tree.find(event.scope, (part) => takes(part, event.type, id));
      const part = place && tree.ownPart(place);
      if (part === undefined) return;
      hot = { type: event.type, id, scope: event.scope, part };
      this.#hot = hot;
    }
    append(hot.part, event);
  }
}

/** A draft that goes on from `state`, or from nothing: then its snapshot is `undefined` until `run.started`. */
export function createDraft(): RunDraft;
export function createDraft<S extends RunState | undefined>(state: S): RunDraft<S>;
export function createDraft(state?: RunState): RunDraft {
  return new RunDraft(state);
}

/** Whether the part is open for this kind of delta. */
function takes(part: Part, type: DeltaType, id: string): boolean {
  switch (type) {
    case "text.delta":
      return part.type === "text" && part.id === id && part.open === true;
    case "reasoning.delta":
      return part.type === "reasoning" && part.id === id && part.open === true;
    case "tool.args.delta":
      return part.type === "tool" && part.call === id && part.status === "streaming";
    case "tool.output.delta":
      return part.type === "tool" && part.call === id && part.status === "running";
  }
}

/** `part` is owned, and {@link takes} said that it is of the delta's kind. */
function append(part: Part, event: EventOf<DeltaType>): void {
  switch (event.type) {
    case "text.delta":
    case "reasoning.delta":
      (part as Writable<TextPart | ReasoningPart>).text += event.delta;
      return;
    case "tool.args.delta": {
      const tool = part as Writable<ToolPart>;
      tool.args = tool.args === undefined ? event.delta : tool.args + event.delta;
      return;
    }
    case "tool.output.delta": {
      const tool = part as Writable<ToolPart>;
      const log = tool.log === undefined ? event.delta : tool.log + event.delta;
      tool.log = log.length > maxLog ? tail(log) : log;
    }
  }
}

/** Never begins with half of a surrogate pair. */
function tail(log: string): string {
  const kept = log.slice(-keptLog);
  const first = kept.charCodeAt(0);
  return first >= 0xdc00 && first <= 0xdfff ? kept.slice(1) : kept;
}

function foldEvent(tree: DraftTree, event: Exclude<RunEvent, EventOf<DeltaType>>): void {
  switch (event.type) {
    case "step.started":
      stepStarted(tree, event);
      break;
    case "step.completed":
      stepCompleted(tree, event);
      break;
    case "step.reverted":
      stepReverted(tree, event);
      break;
    case "text.started":
    case "reasoning.started":
      partStarted(tree, event);
      break;
    case "text.completed":
    case "reasoning.completed":
      partCompleted(tree, event);
      break;
    case "file.added":
    case "source.added":
    case "opaque.added":
      partAdded(tree, event);
      break;
    case "tool.args.started":
    case "tool.called":
    case "tool.started":
    case "tool.progressed":
    case "tool.completed":
    case "tool.failed":
    case "approval.requested":
      foldCall(tree, event);
      break;
    case "approval.resolved":
      approvalResolved(tree, event);
      break;
    case "message.received":
      tree.addMessage(event.scope, event.message);
      break;
    case "data.emitted":
      dataEmitted(tree, event);
      break;
    case "state.changed":
      stateChanged(tree, event);
      break;
    case "agent.started":
      agentStarted(tree, event);
      break;
    case "agent.switched":
      agentSwitched(tree, event);
      break;
    case "output.rejected":
      outputRejected(tree, event);
      break;
    case "warning.raised":
      warningRaised(tree, event);
      break;
    case "cancel.requested":
      cancelRequested(tree, event);
      break;
    case "run.waiting":
      runWaiting(tree, event);
      break;
    case "run.resumed":
      runResumed(tree, event);
      break;
    case "run.completed":
    case "run.failed":
    case "run.cancelled":
      runEnded(tree, event);
      break;
    // A run starts once; a rejected command is between its sender and the log.
    case "run.started":
    case "command.rejected":
      break;
    default:
      // Every type of ours is above; one that a newer runtime wrote is passed over.
      event satisfies never;
  }
}
