import type { EventOf, EventType, RunEvent, TerminalType } from "./events.ts";

/** A record, so that the compiler asks for every type. */
const types: { readonly [T in EventType]: true } = {
  "run.started": true,
  "run.waiting": true,
  "run.resumed": true,
  "run.completed": true,
  "run.failed": true,
  "run.cancelled": true,
  "cancel.requested": true,
  "step.started": true,
  "step.completed": true,
  "step.reverted": true,
  "text.started": true,
  "text.delta": true,
  "text.completed": true,
  "reasoning.started": true,
  "reasoning.delta": true,
  "reasoning.completed": true,
  "tool.args.started": true,
  "tool.args.delta": true,
  "tool.called": true,
  "tool.started": true,
  "tool.progressed": true,
  "tool.output.delta": true,
  "tool.completed": true,
  "tool.failed": true,
  "approval.requested": true,
  "approval.resolved": true,
  "message.received": true,
  "command.rejected": true,
  "output.rejected": true,
  "agent.started": true,
  "agent.switched": true,
  "data.emitted": true,
  "state.changed": true,
  "file.added": true,
  "source.added": true,
  "opaque.added": true,
  "warning.raised": true,
};

/** All types of this version of the protocol. */
export const eventTypes = /* @__PURE__ */ Object.keys(types) as readonly EventType[];

/** Whether this version knows the type. A viewer passes over others; a worker does not take a run that holds one. */
export function isKnown(type: string): type is EventType {
  return Object.hasOwn(types, type);
}

/** Whether the event is the run's last. */
export function isTerminal(event: RunEvent): event is EventOf<TerminalType> {
  return (
    event.type === "run.completed" || event.type === "run.failed" || event.type === "run.cancelled"
  );
}
