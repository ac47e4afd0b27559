import { SearchHits } from "../tools/search-hits.tsx";
import type { ToolCall } from "../types.ts";
import { JsonView, TextBlock } from "./json-view.tsx";

/** Everything that is known of a call: what the model asked for, what was printed, and what came back. */
export function CallDetails({ call }: { call: ToolCall }) {
  return (
    <div className="details">
      {call.args !== undefined && <TextBlock label="Arguments" text={call.args} />}
      {call.input !== undefined && <JsonView label="Input" value={call.input} />}
      {call.proposed !== undefined && <JsonView label="As proposed" value={call.proposed} />}
      {call.log !== undefined && <TextBlock label="Log" text={call.log} />}
      {call.status === "completed" &&
        (call.name === "search_docs" ? (
          <SearchHits output={call.output} />
        ) : (
          <JsonView label="Result" value={call.output} />
        ))}
    </div>
  );
}
