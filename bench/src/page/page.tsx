import { useChat } from "@ai-sdk/react";
import { createClient } from "@runwire/client";
import { useAgentStream } from "@runwire/react";
import { DefaultChatTransport } from "ai";
import { memo, type ReactNode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { aiSdkHistory, runwireHistory } from "../client/history.ts";

/** What the benchmark reads from outside. */
export interface Counted {
  /** Renders of the list, of messages that were settled before, and of the live one. */
  lists: number;
  settled: number;
  live: number;
  frames: number;
  /** Set when the answer is complete: how long its text is. */
  length?: number;
}

declare global {
  interface Window {
    counted: Counted;
    begin(): void;
  }
}

const query = new URLSearchParams(location.search);
const earlier = Number(query.get("earlier"));
const counted: Counted = { lists: 0, settled: 0, live: 0, frames: 0 };
window.counted = counted;
const stream = () => fetch(`/stream${location.search}`);

interface Shown {
  readonly id: string;
  readonly parts: readonly { readonly type: string }[];
}

const textOf = ({ parts }: Shown): string =>
  parts.map((part) => ("text" in part ? String(part.text) : "")).join("");

/** Renders again only for another object, as every list of messages does. */
const Message = memo(({ message, isLive }: { message: Shown; isLive: boolean }): ReactNode => {
  if (isLive) counted.live++;
  else counted.settled++;
  return <p>{textOf(message)}</p>;
});

function List({ messages, done }: { messages: readonly Shown[]; done: boolean }): ReactNode {
  counted.lists++;
  const last = messages.at(-1);
  const complete = done && messages.length === earlier + 2 && last !== undefined;
  useEffect(() => {
    if (complete) counted.length = textOf(last).length;
  });
  return messages.map((message, index) => (
    <Message key={message.id} message={message} isLive={index > earlier} />
  ));
}

function Runwire(): ReactNode {
  const [begun] = useState(() => Promise.withResolvers<void>());
  const [client] = useState(() => {
    const { origin: url } = location;
    // A thread is followed from the moment that it is shown: the answer waits until the page is measured.
    return createClient({ url, fetch: () => begun.promise.then(stream) });
  });
  const [initial] = useState(() => runwireHistory(earlier));
  window.begin = begun.resolve;
  const { messages, run } = useAgentStream({ client, initial, agent: "assistant" });
  return <List messages={messages} done={run?.status === "completed"} />;
}

function AiSdk(): ReactNode {
  const [transport] = useState(() => new DefaultChatTransport({ fetch: stream }));
  const [initial] = useState(() => aiSdkHistory(earlier));
  const { messages, sendMessage, status } = useChat({ messages: initial, transport });
  window.begin = () => void sendMessage({ text: "Go on." });
  return <List messages={messages} done={status === "ready"} />;
}

function tick(): void {
  counted.frames++;
  requestAnimationFrame(tick);
}
tick();
const root = document.getElementById("root");
if (root !== null) createRoot(root).render(query.get("who") === "ai" ? <AiSdk /> : <Runwire />);
