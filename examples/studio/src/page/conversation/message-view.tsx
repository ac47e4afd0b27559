import { useMessage } from "@runwire/react";
import { agentNamed } from "../agents.ts";
import { useChat } from "../chat.ts";
import { Parts } from "../parts/parts.tsx";
import { UserMessage } from "./user-message.tsx";

export function MessageView({ id, editable }: { id: string; editable: boolean }) {
  const chat = useChat();
  const message = useMessage(chat, id);
  if (message === undefined) return null;
  if (message.role === "user") {
    const edit = (text: string) => void chat.edit(id, text);
    return <UserMessage message={message} onEdit={editable ? edit : undefined} />;
  }
  const name = agentNamed(message.agent)?.label ?? message.agent ?? "Assistant";
  return (
    <article className="message assistant" aria-label={name}>
      <p className="byline">
        <strong>{name}</strong>
      </p>
      <div className="parts">
        <Parts parts={message.parts} />
      </div>
    </article>
  );
}
