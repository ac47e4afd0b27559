import type { ThreadSnapshot } from "@runwire/client";
import { useThread, useThreadState } from "@runwire/react";
import { useEffect, useRef } from "react";
import { agentNamed } from "../agents.ts";
import { ChatContext } from "../chat.ts";
import { client } from "../client.ts";
import { Icon } from "../icon.tsx";
import type { AgentName, Types } from "../types.ts";
import { useEscape } from "../use-escape.ts";
import { Announcer } from "./announcer.tsx";
import { Composer } from "./composer.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { Empty } from "./empty.tsx";
import { Topbar } from "./topbar.tsx";
import { Transcript } from "./transcript.tsx";
import { useStickToEnd } from "./use-stick-to-end.ts";

export interface ConversationProps {
  readonly agent: AgentName;
  readonly onAgent: (agent: AgentName) => void;
  /** What was there when it was opened; absent: it has not begun. */
  readonly initial?: ThreadSnapshot<Types> | undefined;
  /** Something happened in it. */
  readonly onActivity: (thread: string) => void;
  /** Said below the field. */
  readonly note: string;
}

export function Conversation({ agent, onAgent, initial, onActivity, note }: ConversationProps) {
  const chat = useThread({ client, agent, thread: initial?.thread, initial });
  const thread = useThreadState(chat, (state) => state.thread);
  const status = useThreadState(chat, (state) => state.status);
  const empty = useThreadState(chat, (state) => state.messages.length === 0);
  const scroller = useRef<HTMLDivElement>(null);
  const { away, toEnd } = useStickToEnd(scroller);

  const running = status === "submitting" || status === "running" || status === "waiting";
  const stop = () => void chat.stop();
  useEscape(running, stop);
  const send = (text: string) => {
    toEnd();
    return chat.send(text);
  };
  const suggest = (text: string) => {
    void send(text);
    // The button that was pressed is gone. Where no keyboard comes up, writing goes on in the field.
    const finer = matchMedia("(pointer: fine)").matches;
    (finer ? document.getElementById("composer") : scroller.current)?.focus();
  };

  useEffect(() => {
    if (thread !== undefined) onActivity(thread);
    // Whatever asks anew wants to see the answer.
    if (status === "submitting") toEnd();
  }, [thread, status, onActivity, toEnd]);

  return (
    <ChatContext value={chat}>
      <main className="conversation">
        <div>
          <Topbar />
          <ConnectionBanner />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className="scroller" ref={scroller} aria-label="Messages" tabIndex={0}>
          <div className="transcript">
            {empty && <Empty agent={agentNamed(agent)} onSend={suggest} />}
            <Transcript />
          </div>
        </section>
        <div className="foot">
          {away && (
            <button type="button" className="to-end" onClick={toEnd}>
              <Icon name="down" />
              To the end
            </button>
          )}
          <Composer agent={agent} onAgent={onAgent} running={running} onSend={send} onStop={stop} />
          <p className="muted">{note}</p>
        </div>
        <Announcer />
      </main>
    </ChatContext>
  );
}
