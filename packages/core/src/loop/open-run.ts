import type { EventLog, Lease } from "../log/event-log.ts";
import { historyOf, readRun } from "../log/read-run.ts";
import type { Model } from "../model.ts";
import type { ModelContext } from "../model-choice.ts";
import { createDraft, type RunDraft } from "../protocol/draft.ts";
import { isKnown } from "../protocol/event-types.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { History, RunState } from "../protocol/state.ts";
import type { OpenToolsets } from "./agent-tools.ts";
import { persist } from "./persist.ts";
import type { Registry } from "./registry.ts";
import { RunWriter } from "./writer.ts";

/** What a worker needs of its process. */
export interface WorkerContext {
  readonly log: EventLog;
  readonly registry: Registry;
  readonly toolsets: OpenToolsets;
  /** Store time in ms. */
  readonly now: () => number;
  /** False once the lease's local deadline has passed: checked right before an effect. */
  readonly held: () => boolean;
  /**
   * What an agent of this run asks in its next step, in order, never empty. `named`: what the run was started with.
   * Rejects when there is none, and with what the application's own choice throws.
   */
  readonly models: (ctx: ModelContext, named: string | undefined) => Promise<readonly Model[]>;
  readonly onError: (error: unknown) => void;
}

/** How long a run that this version cannot read stays away from it: time for a newer process to claim it. */
const refusedMs = 5_000;

export interface OpenRun {
  readonly writer: RunWriter;
  /** The messages of the runs before this one. */
  readonly earlier: History;
}

/**
 * Folds a leased run and makes it ready to go on: says in the log who took it up, and voids the model calls that the
 * last owner left open. `undefined`: not for this process. (PROTOCOL.md §4: viewers skip, owners refuse)
 */
export async function openRun(
  lease: Lease,
  ctx: WorkerContext,
  wake: () => void,
): Promise<OpenRun | undefined> {
  const { log, now, held, onError } = ctx;
  const read = await persist(
    () => readAll(lease, log),
    (error) => {
      onError(error);
      return held();
    },
  );
  if (read === undefined) return undefined;
  if ("unknown" in read) return refuse(lease, ctx, read.unknown);
  const { draft, state, earlier } = read;
  const writer = new RunWriter({ log, lease, draft, now, held, wake, onError });
  // A start that is repeated gets its lease again, maybe after this process worked with it.
  if (lease.why !== "new" || state.seq > 1) writer.push(takeUp(lease, state));
  return { writer, earlier };
}

/** `undefined`: the lease is stale, or the run is gone. */
async function readAll(
  lease: Lease,
  log: EventLog,
): Promise<
  | { readonly draft: RunDraft; readonly state: RunState; readonly earlier: History }
  | { readonly unknown: string }
  | undefined
> {
  const draft = createDraft();
  for await (const { events } of readRun(log, lease.run)) {
    const unknown = events.find((event) => !isKnown(event.type));
    if (unknown !== undefined) return { unknown: unknown.type };
    draft.applyAll(events);
  }
  const state = draft.snapshot();
  if (state === undefined || state.seq !== lease.tail) return undefined;
  return { draft, state, earlier: await historyOf(log, state.previous) };
}

/** One batch, so that nobody finds the run taken up but its old steps still open. */
function takeUp(lease: Lease, state: RunState): readonly NewEvent[] {
  const events: NewEvent[] = [
    {
      type: "run.resumed",
      epoch: lease.epoch,
      cause: lease.why === "new" ? "recovery" : lease.why,
    },
  ];
  // A run that is being cancelled keeps what was said: its end closes the steps.
  if (state.cancel !== undefined) return events;
  if (state.step !== undefined) {
    events.push({ type: "step.reverted", step: state.step.step, reason: "recovery" });
  }
  for (const [scope, { step }] of Object.entries(state.scopes)) {
    if (step !== undefined) {
      events.push({ type: "step.reverted", scope, step: step.step, reason: "recovery" });
    }
  }
  return events;
}

async function refuse(lease: Lease, ctx: WorkerContext, type: string): Promise<undefined> {
  ctx.onError(
    new Error(`Run ${lease.run} holds events of type "${type}", which this version does not know.`),
  );
  await ctx.log.append(lease.run, {
    epoch: lease.epoch,
    after: lease.tail,
    events: [],
    consume: lease.done,
    // Over pending commands this is refused, and the lease runs out by itself.
    end: { release: ctx.now() + refusedMs },
  });
  return undefined;
}
