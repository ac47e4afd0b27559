import { useThreadState } from "@runwire/react";
import { memo } from "react";
import { RunContext, runIn, useChat } from "../chat.ts";
import { sameItems } from "../same-items.ts";
import { MessageView } from "./message-view.tsx";
import { RunFooter } from "./run-footer.tsx";

/** One run: what was asked, what was answered, and how it ended. A token renders one message of it, and not this. */
export const RunView = memo(function RunView({ run, newest }: { run: string; newest: boolean }) {
  const chat = useChat();
  const ids = useThreadState(
    chat,
    (state) => runIn(state, run)?.messages.map(({ id }) => id) ?? [],
    sameItems,
  );
  const thinking = useThreadState(chat, (state) => isThinking(runIn(state, run)));
  const question = useThreadState(chat, (state) => questionOf(runIn(state, run)));
  return (
    <RunContext value={run}>
      {ids.map((id) => (
        <MessageView key={id} id={id} editable={id === question} />
      ))}
      {thinking && <p className="working-dots working">Thinking…</p>}
      <RunFooter run={run} newest={newest} />
    </RunContext>
  );
});

type Run = ReturnType<typeof runIn>;

/** A model call is open, or about to be, and has said nothing yet: the newest message is still the person's. */
function isThinking(run: Run): boolean {
  return run?.status === "running" && run.messages.at(-1)?.role === "user";
}

/** What the run answers: what was said later only steered it, and has no branch of its own. */
function questionOf(run: Run): string | undefined {
  const answered = run?.messages.findIndex(({ role }) => role === "assistant") ?? -1;
  const asked = answered === -1 ? run?.messages : run?.messages.slice(0, answered);
  return asked?.findLast(({ role }) => role === "user")?.id;
}
