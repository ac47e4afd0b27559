import {
  addUsage,
  type Message,
  noUsage,
  RunFailedError,
  type RunState,
} from "@runwire/core/protocol";
import type { Conversation } from "./conversation.ts";
import type { Connection } from "./follow.ts";
import { memo } from "./memo.ts";
import type { Outbox } from "./outbox.ts";
import type { PendingApproval, ThreadRun, ThreadState, ThreadStatus } from "./thread.ts";

/** What a view shows besides the conversation and the outbox. */
export interface ThreadFacts {
  readonly thread: string | undefined;
  readonly loaded: boolean;
  readonly connection: Connection;
  /** Why the connection was given up. */
  readonly lost: Error | undefined;
  /** Why the last action failed. */
  readonly failure: Error | undefined;
}

type Messages = readonly Message[];

const none: readonly never[] = [];

/**
 * Composes the state that users see. Called at most once per frame, and then copies the list of messages at most; each
 * field is the same object as before when what it shows did not change.
 */
export function createThreadView(
  conversation: Conversation,
  outbox: Outbox,
): (facts: ThreadFacts) => ThreadState {
  const runsOf = memo((chain: readonly RunState[], live: RunState | undefined) =>
    live === undefined ? chain : [...chain, live],
  );
  const cutAfter = memo((runs: readonly RunState[], previous: string | null) =>
    runs.slice(0, 1 + runs.findIndex(({ run }) => run === previous)),
  );
  const settledOf = memo(
    (chain: readonly RunState[]): Messages => chain.flatMap(({ messages }) => messages),
  );
  const messagesOf = memo((settled: Messages, live: Messages, sent: Outbox["messages"]) =>
    settled.concat(live, sent),
  );
  const spentOf = memo((chain: readonly RunState[]) =>
    chain.reduce((sum, { usage }) => addUsage(sum, usage), noUsage),
  );
  const usageOf = memo(addUsage);
  const branchesOf = memo(siblings);
  const failureOf = memo((run: RunState) => new RunFailedError(run));
  let last: ThreadState | undefined;

  return ({ thread, loaded, connection, lost, failure }) => {
    const { starting } = outbox;
    let { chain, live } = conversation;
    let state = live?.state;
    let runs = runsOf(chain, state);
    if (starting?.previous !== undefined) {
      // A branch that is about to begin hides what it is an alternative to.
      runs = cutAfter(runs, starting.previous);
      chain = runs;
      live = undefined;
      state = undefined;
    }
    const failed = state?.status === "failed" ? failureOf(state) : undefined;
    const error = lost ?? failure ?? (starting === undefined ? failed : undefined);
    const next: ThreadState = {
      thread,
      status: statusOf(loaded, starting !== undefined, state, lost, error),
      connection,
      messages: messagesOf(settledOf(chain), state?.messages ?? none, outbox.messages),
      runs,
      run: runs.at(-1),
      approvals: (live?.approvals ?? none) as readonly PendingApproval[],
      usage: usageOf(spentOf(chain), state?.usage),
      branches: branchesOf(conversation.runs, chain, live?.id),
      error,
    };
    if (last === undefined || !isSame(last, next)) last = next;
    return last;
  };
}

function statusOf(
  loaded: boolean,
  starting: boolean,
  state: RunState | undefined,
  lost: Error | undefined,
  error: Error | undefined,
): ThreadStatus {
  if (lost !== undefined) return "error";
  if (starting) return "submitting";
  if (state?.status === "running" || state?.status === "waiting") return state.status;
  if (error !== undefined) return "error";
  return loaded ? "idle" : "loading";
}

/** For each shown run that is one of several after the same run: all of them. */
function siblings(
  known: readonly ThreadRun[],
  chain: readonly { readonly run: string }[],
  live: string | undefined,
): ThreadState["branches"] {
  const after = new Map<string | undefined, string[]>();
  const previous = new Map<string, string | undefined>();
  for (const info of known) {
    previous.set(info.run, info.previous);
    const all = after.get(info.previous);
    if (all === undefined) after.set(info.previous, [info.run]);
    else all.push(info.run);
  }
  const shown = chain.map(({ run }) => run);
  if (live !== undefined) shown.push(live);
  const branches: Record<string, readonly string[]> = {};
  for (const run of shown) {
    const all = after.get(previous.get(run)) ?? none;
    if (all.length > 1) branches[run] = all;
  }
  return branches;
}

function isSame(a: ThreadState, b: ThreadState): boolean {
  return Object.keys(a).every((key) =>
    Object.is(a[key as keyof typeof a], b[key as keyof typeof b]),
  );
}
