import { useThreadState } from "@runwire/react";
import { runIn, useChat } from "../chat.ts";
import { CopyButton } from "../copy-button.tsx";
import { Icon } from "../icon.tsx";
import { BranchSwitch } from "./branch-switch.tsx";
import { useRunCost } from "./run-cost.ts";

/** How a run ended, and what one can do about it. */
export function RunFooter({ run, newest }: { run: string; newest: boolean }) {
  const chat = useChat();
  const status = useThreadState(chat, (state) => runIn(state, run)?.status);
  const failure = useThreadState(chat, (state) => runIn(state, run)?.failure);
  const cost = useRunCost(run);
  if (status !== "completed" && status !== "failed" && status !== "cancelled") return null;
  const again = newest && (
    <button type="button" className="quiet" onClick={() => void chat.regenerate()}>
      <Icon name="redo" />
      {status === "completed" ? "Regenerate" : "Try again"}
    </button>
  );
  return (
    <footer className="run-end">
      {status === "failed" && (
        <p className="notice">
          <Icon name="alert" />
          <span>{failure?.message ?? "The run failed."}</span>
        </p>
      )}
      {status === "cancelled" && <p className="notice plain">Stopped.</p>}
      <div className="actions">
        {status === "completed" && <CopyButton text={() => answerOf(chat, run)} what="answer" />}
        {again}
        <BranchSwitch run={run} />
        <span className="cost">{cost}</span>
      </div>
    </footer>
  );
}

/** Looked up when it is asked for: nobody renders it. */
function answerOf(chat: ReturnType<typeof useChat>, run: string): string {
  const messages = runIn(chat.state, run)?.messages.filter(({ role }) => role === "assistant");
  const texts = messages?.flatMap(({ parts }) => parts.filter((part) => part.type === "text"));
  return texts?.map(({ text }) => text).join("\n\n") ?? "";
}
