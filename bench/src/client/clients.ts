import { HttpAgent } from "@ag-ui/client";
import { Chat } from "@ai-sdk/react";
import { createClient } from "@runwire/client";
import type { Message } from "@runwire/core/protocol";
import { ChatClient, fetchServerSentEvents } from "@tanstack/ai-client";
import { DefaultChatTransport } from "ai";
import { createParser } from "eventsource-parser";
import { type Contestant, check, threadTime } from "../measure.ts";
import { type BodyOptions, bodyOf, eventStream, toChunks } from "./body.ts";
import { aiSdkHistory, before, earlierText, runwireHistory } from "./history.ts";
import { deltasOf, type Said, textOf } from "./script.ts";
import { agUiFrames, aiSdkFrames, runwireFrames } from "./wires.ts";

export interface Task extends BodyOptions {
  readonly said: readonly Said[];
  /** How many messages the conversation has already. Default: none. */
  readonly earlier?: number;
}

/** What no client can do without: read, decode, frame, parse. The wire is ours. */
export function floor(task: Task, name = "floor"): Contestant {
  const chunks = toChunks(runwireFrames(task.said), task.perChunk);
  return contestant(name, task, async () => {
    const reader = eventStream(bodyOf(chunks, task)).body?.getReader();
    const decoder = new TextDecoder();
    let length = 0;
    const parser = createParser({
      onEvent({ data }) {
        const event = JSON.parse(data) as { readonly type: string; readonly delta?: string };
        if (event.type === "text.delta") length += event.delta?.length ?? 0;
      },
    });
    for (;;) {
      const next = await reader?.read();
      if (next?.value === undefined) break;
      parser.feed(decoder.decode(next.value, { stream: true }));
    }
    return length;
  });
}

/** The thread store that every user interface binds to, with a listener. */
export function runwire(
  task: Task,
  name = "runwire",
  frames = runwireFrames(task.said, task.earlier === undefined ? undefined : before),
): Contestant {
  const chunks = toChunks(frames, task.perChunk);
  const initial = runwireHistory(task.earlier ?? 0);
  return contestant(name, task, async () => {
    const client = createClient({
      url: "http://bench.invalid",
      fetch: async () => eventStream(bodyOf(chunks, task)),
    });
    const live = client.thread({ agent: "assistant", initial });
    const messages = await new Promise<readonly Message[]>((resolve) => {
      const stop = live.subscribe(() => {
        const { run, status } = live.state;
        if (status === "error") throw live.state.error;
        if (run?.status !== "completed" || run.run === before) return;
        stop();
        resolve(live.state.messages);
      });
    });
    check(messages.length === (task.earlier ?? 0) + 2, "runwire: the earlier messages are there");
    return textLength(messages.at(-1)?.parts);
  });
}

/** `ai`'s `Chat` with its default transport, and a listener as `useChat` has one. */
export function aiSdk(task: Task, name = "ai Chat"): Contestant {
  const chunks = toChunks(aiSdkFrames(task.said), task.perChunk);
  const earlier = aiSdkHistory(task.earlier ?? 0);
  return contestant(name, task, async () => {
    const chat = new Chat({
      messages: earlier,
      transport: new DefaultChatTransport({
        fetch: async () => eventStream(bodyOf(chunks, task)),
      }),
    });
    chat["~registerMessagesCallback"](() => {});
    await chat.sendMessage({ text: "Go on." });
    return textLength(chat.messages.at(-1)?.parts);
  });
}

/** The same after a reload of the page: the chunks of the answer that is kept are sent again. */
export function aiSdkReload(task: Task, name = "ai Chat"): Contestant {
  const chunks = toChunks(aiSdkFrames(task.said), task.perChunk);
  return contestant(name, task, async () => {
    const chat = new Chat({
      messages: [{ id: "u1", role: "user", parts: [{ type: "text", text: "Go on." }] }],
      transport: new DefaultChatTransport({
        fetch: async () => eventStream(bodyOf(chunks, task)),
      }),
    });
    chat["~registerMessagesCallback"](() => {});
    await chat.resumeStream();
    return textLength(chat.messages.at(-1)?.parts);
  });
}

/** AG-UI's `HttpAgent` with a subscriber that is told of changed messages. */
export function agUi(task: Task, name = "AG-UI HttpAgent"): Contestant {
  const chunks = toChunks(agUiFrames(task.said), task.perChunk);
  const earlier = Array.from({ length: task.earlier ?? 0 }, (_, index) => ({
    id: `e${index}`,
    role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
    content: earlierText,
  }));
  return contestant(name, task, async () => {
    const agent = new HttpAgent({
      url: "http://bench.invalid",
      fetch: async () => eventStream(bodyOf(chunks, task)),
      initialMessages: earlier,
    });
    agent.addMessage({ id: "u1", role: "user", content: "Go on." });
    await agent.runAgent({}, { onMessagesChanged() {} });
    return agent.messages
      .slice(earlier.length + 1)
      .reduce(
        (sum, { role, content }) =>
          sum + (role === "assistant" && typeof content === "string" ? content.length : 0),
        0,
      );
  });
}

/** TanStack AI's `ChatClient`, told that the page is hidden: otherwise it waits a timer after every event. */
export function tanstack(task: Task, name = "TanStack ChatClient"): Contestant {
  const chunks = toChunks(agUiFrames(task.said), task.perChunk);
  const earlier = Array.from({ length: task.earlier ?? 0 }, (_, index) => ({
    id: `e${index}`,
    role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
    parts: [{ type: "text" as const, content: earlierText }],
  }));
  return contestant(name, task, async () => {
    Object.assign(globalThis, { document: { hidden: true } });
    try {
      const client = new ChatClient({
        initialMessages: earlier,
        connection: fetchServerSentEvents("http://bench.invalid", {
          fetchClient: async () => eventStream(bodyOf(chunks, task)),
        }),
        onMessagesChange() {},
      });
      await client.sendMessage("Go on.");
      return client
        .getMessages()
        .slice(earlier.length + 1)
        .flatMap(({ parts }) => parts)
        .reduce((sum, part) => sum + (part.type === "text" ? part.content.length : 0), 0);
    } finally {
      Reflect.deleteProperty(globalThis, "document");
    }
  });
}

/** Cost per delta of a client that returns how much text it ended with. */
function contestant(name: string, { said }: Task, follow: () => Promise<number>): Contestant {
  const expected = textOf(said).length;
  const run = async () => {
    const length = await follow();
    check(length === expected, `${name} ended with ${length} of ${expected} characters`);
  };
  return { name, sample: () => threadTime(run, deltasOf(said)) };
}

function textLength(parts: readonly { readonly type: string }[] = []): number {
  return parts.reduce((sum, part) => sum + ("text" in part ? String(part.text).length : 0), 0);
}
