import { useThreadState } from "@runwire/react";
import { useChat } from "../chat.ts";
import { sameItems } from "../same-items.ts";
import { ActionError } from "./action-error.tsx";
import { RunView } from "./run-view.tsx";
import { UserMessage } from "./user-message.tsx";

/** The shown branch of the conversation: its runs, and what is still on its way to the server. */
export function Transcript() {
  const chat = useChat();
  const runs = useThreadState(chat, (state) => state.runs.map(({ run }) => run), sameItems);
  const unsent = useThreadState(
    chat,
    (state) => {
      const logged = state.runs.reduce((sum, { messages }) => sum + messages.length, 0);
      return state.messages.slice(logged);
    },
    sameItems,
  );
  return (
    <>
      {runs.map((run, i) => (
        <RunView key={run} run={run} newest={i === runs.length - 1 && unsent.length === 0} />
      ))}
      {unsent.map((message) => (
        <UserMessage key={message.id} message={message} />
      ))}
      <ActionError />
    </>
  );
}
