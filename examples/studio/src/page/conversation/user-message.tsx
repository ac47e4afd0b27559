import type { Message } from "@runwire/core/protocol";
import { useState } from "react";
import { Icon } from "../icon.tsx";
import { FileView } from "../parts/file-view.tsx";
import { EditForm } from "./edit-form.tsx";

export function UserMessage({
  message,
  onEdit,
}: {
  message: Message;
  /** Absent: this message cannot be edited now. */
  onEdit?: ((text: string) => void) | undefined;
}) {
  const [editing, setEditing] = useState(false);
  const text = message.parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  if (editing && onEdit !== undefined) {
    const save = (changed: string) => {
      setEditing(false);
      onEdit(changed);
    };
    return (
      <article className="message user editing" aria-label="You">
        <EditForm text={text} onSave={save} onClose={() => setEditing(false)} />
      </article>
    );
  }
  return (
    <article className="message user" aria-label="You">
      {onEdit !== undefined && (
        <button
          type="button"
          className="quiet icon-only"
          aria-label="Edit this message"
          onClick={() => setEditing(true)}
        >
          <Icon name="pen" />
        </button>
      )}
      <div className="said">
        {text}
        {message.parts.map(
          (part) => part.type === "file" && <FileView key={part.url} part={part} />,
        )}
      </div>
    </article>
  );
}
