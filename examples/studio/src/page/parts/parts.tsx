import { memo } from "react";
import { Markdown } from "../markdown/markdown.tsx";
import type { Data, StudioPart } from "../types.ts";
import { CallDetails } from "./call-details.tsx";
import { FileView } from "./file-view.tsx";
import { JsonView } from "./json-view.tsx";
import { ReasoningView } from "./reasoning-view.tsx";
import { SourceView } from "./source-view.tsx";
import { SubAgent } from "./sub-agent.tsx";
import { ToolCard } from "./tool-card.tsx";

/** What an agent's message is made of, in the order in which it came about. */
export function Parts({ parts }: { parts: readonly StudioPart[] }) {
  const calls = new Set(parts.map((part) => (part.type === "tool" ? part.call : undefined)));
  return parts.map((part, i) => {
    // What a tool emits under its call's id is shown where the call is.
    if (part.type === "data" && calls.has(part.id)) return null;
    const diff =
      part.type === "tool" ? parts.find((other) => isDataOf(other, part.call)) : undefined;
    return <PartView key={keyOf(part, i)} part={part} diff={diff} />;
  });
}

const PartView = memo(function PartView({
  part,
  diff,
}: {
  part: StudioPart;
  diff?: Data | undefined;
}) {
  switch (part.type) {
    case "text":
      return (
        <div className={part.refusal ? "text refusal" : "text"}>
          <Markdown text={part.text} open={part.open ?? false} />
        </div>
      );
    case "reasoning":
      return <ReasoningView part={part} />;
    case "tool":
      return (
        <ToolCard call={part} diff={diff?.data}>
          {part.agent === undefined ? (
            <CallDetails call={part} />
          ) : (
            <SubAgent call={part.call}>{(parts) => <Parts parts={parts} />}</SubAgent>
          )}
        </ToolCard>
      );
    case "file":
      return <FileView part={part} />;
    case "source":
      return <SourceView part={part} />;
    case "data":
      return <JsonView label={part.name} value={part.data} />;
    case "opaque":
      return null;
    default:
      return part satisfies never;
  }
});

function isDataOf(part: StudioPart, call: string): part is Data {
  return part.type === "data" && part.name === "diff.ready" && part.id === call;
}

/** Parts keep their place, except those that a retried step takes back: by its id the new one is another. */
function keyOf(part: StudioPart, index: number): string {
  if (part.type === "tool") return part.call;
  return part.id ?? `${index}`;
}
