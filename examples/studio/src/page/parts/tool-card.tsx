import type { ReactNode } from "react";
import { Icon } from "../icon.tsx";
import { summaryOf } from "../tools/call-summary.ts";
import { titleOf } from "../tools/call-title.ts";
import { ChoiceCard } from "../tools/choice-card.tsx";
import { SearchProgress } from "../tools/search-progress.tsx";
import type { Data, ToolCall } from "../types.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { DiffView } from "./diff-view.tsx";
import { Disclosure } from "./disclosure.tsx";

/** A tool call from its first argument to its result: one line to read, more for who opens it. */
export function ToolCard({
  call,
  diff,
  children,
}: {
  call: ToolCall;
  diff: Data["data"] | undefined;
  /** What opens. */
  children: ReactNode;
}) {
  const { icon, title, subject } = titleOf(call);
  const summary = summaryOf(call);
  const working = call.status === "running" || call.status === "streaming";
  return (
    <div className={`event call ${call.status}`} tabIndex={-1}>
      <span className="node">
        <Icon name={call.status === "failed" || call.status === "denied" ? "cross" : icon} />
      </span>
      <Disclosure
        open={call.agent !== undefined && working}
        summary={
          <>
            <span className={working ? "event-title working" : "event-title"}>{title}</span>
            {subject !== undefined && <span className="subject">{subject}</span>}
            {summary !== undefined && <span className="summary">{summary}</span>}
          </>
        }
      >
        {children}
      </Disclosure>
      <Below call={call} diff={diff} />
    </div>
  );
}

/** What must be seen without opening anything: progress, questions, and what changed. */
function Below({ call, diff }: { call: ToolCall; diff: Data["data"] | undefined }): ReactNode {
  return (
    <>
      {call.name === "search_docs" && <SearchProgress call={call} />}
      {call.error !== undefined && <p className="error-text">{call.error.message}</p>}
      {diff !== undefined && call.status !== "denied" && <DiffView {...diff} />}
      {call.status === "approval" && call.approval !== undefined && (
        <ApprovalCard approval={call.approval} />
      )}
      {call.name === "ask_choice" && call.status === "called" && <ChoiceCard call={call} />}
      {call.approval?.reason !== undefined && (
        <p className="muted">
          <q>{call.approval.reason}</q>
        </p>
      )}
    </>
  );
}
