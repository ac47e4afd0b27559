import type { ReasoningPart } from "@runwire/core/protocol";
import { Icon } from "../icon.tsx";
import { Markdown } from "../markdown/markdown.tsx";

/** What the model thought, folded away. A provider that keeps it to itself leaves only that it did think. */
export function ReasoningView({ part: { text, open } }: { part: ReasoningPart }) {
  const title = open ? "Thinking…" : "Thought";
  return (
    <div className="event">
      <span className="node">
        <Icon name="thought" />
      </span>
      {text === "" ? (
        <p className="event-title">{title}</p>
      ) : (
        <details className="reasoning">
          <summary>
            <span className={open ? "event-title working" : "event-title"}>{title}</span>
            <Icon name="chevron" />
          </summary>
          <Markdown text={text} open={open ?? false} />
        </details>
      )}
    </div>
  );
}
