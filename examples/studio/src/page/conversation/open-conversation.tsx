import { useState } from "react";
import { agentNamed } from "../agents.ts";
import { goTo } from "../route.ts";
import type { AgentName } from "../types.ts";
import { Conversation, type ConversationProps } from "./conversation.tsx";
import { useSnapshot } from "./use-snapshot.ts";

type Props = Pick<ConversationProps, "onActivity" | "note"> & {
  /** Absent: a conversation that has not begun. */
  readonly thread: string | undefined;
};

/** Fetches a conversation before it shows it: which agent goes on with it is written there. */
export function OpenConversation({ thread, ...rest }: Props) {
  // A conversation that begins here gets its id while it is shown, and is not fetched for that.
  const [opened, setOpened] = useState<{ thread: string | undefined; agent?: AgentName }>({
    thread,
  });
  const { snapshot, problem, retry } = useSnapshot(opened.thread);
  if (problem !== undefined) return <Problem problem={problem} retry={retry} />;
  if (opened.thread !== undefined && snapshot === undefined) return <Loading />;
  const last = agentNamed(snapshot?.chain.at(-1)?.agent)?.name;
  const agent = opened.agent ?? last ?? "assistant";
  return (
    <Conversation
      key={agent}
      agent={agent}
      onAgent={(agent) => setOpened({ thread, agent })}
      initial={snapshot}
      {...rest}
    />
  );
}

function Loading() {
  return (
    <main className="conversation">
      <p className="placeholder muted" role="status">
        Loading…
      </p>
    </main>
  );
}

function Problem({ problem, retry }: { problem: string; retry: () => void }) {
  return (
    <main className="conversation">
      <div className="placeholder" role="alert">
        <p>{problem}</p>
        <p className="row">
          <button type="button" className="primary" onClick={retry}>
            Try again
          </button>
          <button type="button" onClick={() => goTo(undefined)}>
            New conversation
          </button>
        </p>
      </div>
    </main>
  );
}
