import type { RuntimeCore } from "@runwire/core";
import { maxPendingCommands } from "@runwire/core";
import {
  type Command,
  isSettled,
  pendingApprovals,
  pendingCalls,
  type RunState,
  type ToolPart,
} from "@runwire/core/protocol";
import { unknownRun } from "../context.ts";
import { Problem } from "../problem.ts";

type Answer<T extends Command["type"]> = Extract<Command, { readonly type: T }>;

/**
 * Refuses an answer to an approval that does not exist or has its answer. Two viewers at the same moment may both pass:
 * the run's owner takes the first, and logs that it rejected the second.
 */
export async function checkApproval(
  runtime: RuntimeCore,
  run: string,
  command: Answer<"approval">,
): Promise<void> {
  const state = await stateOf(runtime, run);
  const { approval } = command;
  if (pendingApprovals(state).some(({ part }) => part.approval.id === approval)) return;
  if (!toolParts(state).some((part) => part.approval?.id === approval)) {
    throw new Problem("not-found", { detail: `There is no approval ${JSON.stringify(approval)}.` });
  }
  await refuseUnlessRepeated(runtime, run, command, "The approval has its answer.");
}

/** The same for the result of a call that viewers run. */
export async function checkCall(
  runtime: RuntimeCore,
  run: string,
  command: Answer<"result">,
): Promise<void> {
  const state = await stateOf(runtime, run);
  const { call } = command;
  if (pendingCalls(state).some(({ part }) => part.call === call)) return;
  const part = toolParts(state).find((part) => part.call === call);
  if (part?.executor !== "client") {
    throw new Problem("not-found", {
      detail: `There is no call ${JSON.stringify(call)} that a client runs.`,
    });
  }
  const why = isSettled(part) ? "The call has its result." : "The call is not the client's yet.";
  await refuseUnlessRepeated(runtime, run, command, why);
}

async function stateOf(runtime: RuntimeCore, run: string): Promise<RunState> {
  const state = await runtime.state(run);
  if (state === undefined) throw unknownRun(run);
  return state;
}

function toolParts(state: RunState): readonly ToolPart[] {
  return [state, ...Object.values(state.scopes)]
    .flatMap(({ messages }) => messages.flatMap(({ parts }) => parts))
    .filter((part) => part.type === "tool");
}

/** A client whose first reply was lost asks again: the answer it meets is its own. */
async function refuseUnlessRepeated(
  { log }: RuntimeCore,
  run: string,
  { id }: Command,
  detail: string,
): Promise<void> {
  for (let after = 0; ; ) {
    const entries = await log.inbox(run, after, maxPendingCommands);
    if (entries.some(({ command }) => command.id === id)) return;
    const last = entries.at(-1);
    if (last === undefined) throw new Problem("closed", { detail });
    after = last.n;
  }
}
