import { useThreadState } from "@runwire/react";
import { type ReactNode, use } from "react";
import { RunContext, runIn, useChat } from "../chat.ts";
import type { StudioPart } from "../types.ts";

/** A sub-agent at work: its own messages, from its own scope of the run, with whatever it delegates in turn. */
export function SubAgent({
  call,
  children,
}: {
  call: string;
  /** Shows the parts of one message. */
  children: (parts: readonly StudioPart[]) => ReactNode;
}) {
  const run = use(RunContext);
  const scope = useThreadState(useChat(), (state) => runIn(state, run)?.scopes[call]);
  if (scope === undefined) return null;
  return (
    <div className="sub-agent">
      {scope.messages.map(({ id, role, parts }) =>
        role === "user" ? (
          <p key={id} className="muted">
            {parts.map((part) => (part.type === "text" ? part.text : ""))}
          </p>
        ) : (
          <div key={id} className="parts">
            {children(parts)}
          </div>
        ),
      )}
    </div>
  );
}
