import type { ReasoningPart } from "@runwire/core/protocol";
import { Icon } from "../icon.tsx";
import { Markdown } from "../markdown/markdown.tsx";
import { Disclosure } from "./disclosure.tsx";

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
        <Disclosure
          open={false}
          summary={<span className={open ? "event-title working" : "event-title"}>{title}</span>}
        >
          <div className="reasoning">
            <Markdown text={text} open={open ?? false} />
          </div>
        </Disclosure>
      )}
    </div>
  );
}
