import type { AgentCard } from "../agents.ts";

/** A new conversation: what one might begin with. */
export function Empty({
  agent,
  onSend,
}: {
  agent: AgentCard | undefined;
  onSend: (text: string) => void;
}) {
  return (
    <div className="empty">
      <div>
        <h2>What would you like to know?</h2>
        <p className="muted">{agent?.about}</p>
      </div>
      <ul className="suggestions">
        {agent?.suggestions.map((suggestion) => (
          <li key={suggestion}>
            <button type="button" onClick={() => onSend(suggestion)}>
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
