import type { DraftTree, Place } from "./draft-tree.ts";
import type { EventOf } from "./events.ts";
import { addToStep, mergeProvider } from "./fold-part.ts";
import type { ToolPart } from "./message.ts";
import { present } from "./present.ts";

/** Every event that names a call, apart from the deltas. */
type CallEvent = EventOf<
  | "tool.args.started"
  | "tool.called"
  | "tool.started"
  | "tool.progressed"
  | "tool.completed"
  | "tool.failed"
  | "approval.requested"
>;

export function foldCall(tree: DraftTree, event: CallEvent): void {
  const place = findCall(tree, event.scope, event.call);
  const part = place && toolAt(tree, place);
  if (place === undefined || part === undefined) {
    // The first word of a call: its arguments, the whole call, or that it could not be made.
    const { type } = event;
    if (type !== "tool.args.started" && type !== "tool.called" && type !== "tool.failed") return;
    addToStep(tree, event.scope, (step) => {
      const { call, name } = event;
      const made: ToolPart = { type: "tool", call, name, step, status: "streaming" };
      return type === "tool.args.started" ? { ...made, args: "" } : next(made, event);
    });
  } else {
    tree.setPart(place, next(part, event));
  }
  if (event.type === "tool.completed" || event.type === "tool.failed") tree.root().recoveries = 0;
}

/** The call after the event. */
function next(part: ToolPart, event: CallEvent): ToolPart {
  switch (event.type) {
    case "tool.args.started":
      return part;
    case "tool.called": {
      const { args: _, ...rest } = part;
      return {
        ...rest,
        status: "called",
        ...present({ executor: event.executor, needsApproval: event.needsApproval }),
        input: event.input,
        ...mergeProvider(part.provider, event.provider),
      };
    }
    case "approval.requested": {
      const { id, expiresAt, message } = event;
      return { ...part, status: "approval", approval: { id, ...present({ expiresAt, message }) } };
    }
    case "tool.started":
      return { ...part, status: "running", attempt: event.attempt };
    case "tool.progressed":
      return { ...part, progress: event.data };
    case "tool.completed":
      return {
        ...part,
        status: "completed",
        output: event.output,
        ...present({ content: event.content }),
        ...mergeProvider(part.provider, event.provider),
      };
    case "tool.failed":
      return {
        ...part,
        status: "failed",
        error: event.error,
        ...mergeProvider(part.provider, event.provider),
      };
  }
}

export function approvalResolved(tree: DraftTree, event: EventOf<"approval.resolved">): void {
  const place = tree.find(
    event.scope,
    (part) => part.type === "tool" && part.approval?.id === event.id,
  );
  const part = place && toolAt(tree, place);
  if (place === undefined || part?.approval === undefined || part.status !== "approval") return;
  const { approved, by, reason, expired, input, at } = event;
  const approval = { ...part.approval, approved, ...present({ by, reason, at, expired }) };
  const edited = approved && input !== undefined;
  tree.setPart(place, {
    ...part,
    status: approved ? "called" : "denied",
    approval,
    ...(edited && { input, ...present({ proposed: part.input }) }),
  });
  if (!approved) tree.root().recoveries = 0;
}

/** A sub-agent takes up the call that the scope names: the call runs, and the scope opens. */
export function agentStarted(tree: DraftTree, event: EventOf<"agent.started">): void {
  const call = event.scope;
  if (call === undefined || tree.peek(call) !== undefined) return;
  const place = findAnywhere(tree, call);
  const part = place && toolAt(tree, place);
  if (place !== undefined && part !== undefined) {
    tree.setPart(place, { ...part, status: "running", agent: event.agent });
  }
  tree.addScope(call, {
    agent: event.agent,
    ...present({ parent: place?.scope }),
    messages: event.messages,
    attempts: 0,
    repairs: 0,
  });
}

export function agentSwitched(tree: DraftTree, event: EventOf<"agent.switched">): void {
  const scope = tree.scope(event.scope);
  if (scope === undefined) return;
  scope.agent = event.to;
  const place = event.call === undefined ? undefined : findCall(tree, event.scope, event.call);
  const part = place && toolAt(tree, place);
  if (place === undefined || part === undefined) return;
  tree.setPart(place, { ...part, status: "completed", output: { agent: event.to } });
  tree.root().recoveries = 0;
}

/** What ran in a process that is gone no longer runs. A sub-agent lives in the log, and goes on. */
export function interruptCalls(tree: DraftTree): void {
  for (const scope of tree.scopeIds()) {
    tree.peek(scope)?.messages.forEach(({ parts }, message) => {
      parts.forEach((part, index) => {
        if (part.type !== "tool" || part.status !== "running" || part.agent !== undefined) return;
        tree.setPart({ scope, message, part: index }, { ...part, status: "interrupted" });
      });
    });
  }
}

function findCall(tree: DraftTree, scope: string | undefined, call: string): Place | undefined {
  return tree.find(scope, (part) => part.type === "tool" && part.call === call);
}

function findAnywhere(tree: DraftTree, call: string): Place | undefined {
  for (const scope of tree.scopeIds()) {
    const place = findCall(tree, scope, call);
    if (place !== undefined) return place;
  }
  return undefined;
}

function toolAt(tree: DraftTree, place: Place): ToolPart | undefined {
  const part = tree.getPart(place);
  return part?.type === "tool" ? part : undefined;
}
