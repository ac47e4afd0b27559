import { DraftTree, type Writable } from "./draft-tree.ts";
import type { DeltaType, EventOf, EventType, RunEvent } from "./events.ts";
import { partFolds } from "./fold-part.ts";
import { initialState, runFolds } from "./fold-run.ts";
import { stepFolds } from "./fold-step.ts";
import { toolFolds } from "./fold-tool.ts";
import type { Folds } from "./folds.ts";
import type { Part, ReasoningPart, TextPart, ToolPart } from "./message.ts";
import type { RunState } from "./state.ts";
import { appendLog } from "./tool-log.ts";

/** A call that is pure: a spread at the top level could run a getter, and stays in bundles that never fold. */
const folds: Folds = /* @__PURE__ */ Object.assign({}, runFolds, stepFolds, partFolds, toolFolds);

/** The part that the last delta went to. It is owned, as all above it, so the next delta is one `+=`. */
interface Hot {
  readonly type: DeltaType;
  readonly id: string;
  readonly scope: string | undefined;
  readonly part: Writable<DeltaPart>;
  readonly root: Writable<RunState>;
}

type DeltaPart = TextPart | ReasoningPart | ToolPart;

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
        if (Object.hasOwn(folds, event.type)) foldInto(tree, event.type, event);
    }
    (this.#hot?.root ?? tree.root()).seq = event.seq;
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
      const part = tree.own(event.scope, (part) => takes(part, event.type, id));
      if (part === undefined) return;
      hot = { type: event.type, id, scope: event.scope, part, root: tree.root() };
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
function takes(part: Part, type: DeltaType, id: string): part is DeltaPart {
  if (part.type === "tool") {
    const status = type === "tool.args.delta" ? "streaming" : "running";
    return type.startsWith("tool.") && part.call === id && part.status === status;
  }
  return `${part.type}.delta` === type && (part as TextPart).id === id && "open" in part;
}

/** `part` is owned, and {@link takes} said that it is of the delta's kind. */
function append(part: Writable<DeltaPart>, { type, delta }: EventOf<DeltaType>): void {
  if (part.type !== "tool") part.text += delta;
  else if (type === "tool.args.delta") part.args = (part.args ?? "") + delta;
  else part.log = appendLog(part.log ?? "", delta);
}

function foldInto<T extends keyof Folds>(
  tree: DraftTree,
  type: T,
  event: EventOf<EventType>,
): void {
  folds[type](tree, event as EventOf<T>);
}
