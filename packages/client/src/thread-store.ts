import type { RunEvent, SnapshotFrame } from "@runwire/core/protocol";
import { createCommands } from "./commands.ts";
import { Conversation } from "./conversation.ts";
import type { Http } from "./http.ts";
import { randomId } from "./ids.ts";
import { LiveRun } from "./live-run.ts";
import { createNotifier } from "./notifier.ts";
import { Outbox } from "./outbox.ts";
import { passiveRun } from "./passive-run.ts";
import type { Thread, ThreadOptions } from "./thread.ts";
import { createThreadActions } from "./thread-actions.ts";
import { createThreadConnection } from "./thread-connection.ts";
import { createThreadView, type ThreadFacts } from "./thread-view.ts";

export function createThreadStore(http: Http, options: ThreadOptions): Thread {
  const { initial } = options;
  const commands = createCommands(http);
  const outbox = new Outbox();
  const conversation = new Conversation((run) => {
    const handle = passiveRun({ http, commands, run, state: () => live.state });
    const live: LiveRun = new LiveRun(handle, options, commands);
    return live;
  });
  const view = createThreadView(conversation, outbox);
  const listeners = new Set<() => void>();
  const notifier = createNotifier(publish);

  if (initial !== undefined) conversation.load(initial);
  let facts: ThreadFacts = {
    thread: options.thread ?? initial?.thread,
    loaded: initial !== undefined || options.thread === undefined,
    connection: "connecting",
    lost: undefined,
    failure: undefined,
  };
  let state = view(facts);
  const first = state;

  const connection = createThreadConnection({
    http,
    conversation,
    thread: () => facts.thread,
    loaded: facts.loaded,
    took,
    placed() {
      for (const { run } of conversation.runs) outbox.end(run);
      for (const { messages } of conversation.branch()) outbox.drop(messages);
    },
    changed: (urgent) => (urgent ? notifier.now() : notifier.soon()),
    connection: (now) => tell({ connection: now }),
    lost: (error) => tell({ lost: toError(error) }),
  });

  const { say, ...actions } = createThreadActions({
    http,
    commands,
    conversation,
    outbox,
    agent: options.agent,
    model: () => options.model,
    mcpServers: () => options.mcpServers,
    thread: () => facts.thread,
    ensureThread() {
      if (facts.thread === undefined) facts = { ...facts, thread: randomId("thr_") };
      open();
      return facts.thread as string;
    },
    load(snapshot) {
      connection.close();
      connection.load(snapshot);
      open();
    },
    began() {
      open();
      tell({ failure: undefined });
    },
    failed: (error) => tell({ failure: toError(error) }),
    changed: notifier.now,
  });

  return {
    get state() {
      return state;
    },
    initial: first,
    subscribe(listener) {
      // A listener may subscribe twice, and each has its own end.
      const own = () => listener();
      listeners.add(own);
      open();
      return () => {
        listeners.delete(own);
        // Frameworks leave and come back in one go.
        queueMicrotask(() => {
          if (listeners.size === 0) connection.close();
        });
      };
    },
    message: findMessage(() => state.messages),
    ...actions,
  };

  function open(): void {
    if (listeners.size === 0) return;
    facts = { ...facts, lost: undefined };
    connection.open();
  }

  function took(run: string, frame: RunEvent | SnapshotFrame): void {
    switch (frame.type) {
      case "run.started":
        outbox.end(run);
        return;
      case "snapshot":
        outbox.end(run);
        outbox.drop(frame.state.messages);
        return;
      case "message.received":
        outbox.settle(frame.command);
        return;
      case "command.rejected": {
        const message = outbox.settle(frame.command);
        if (message !== undefined) say(message);
      }
    }
  }

  function tell(news: Partial<ThreadFacts>): void {
    facts = { ...facts, ...news };
    notifier.now();
  }

  function publish(): void {
    const next = view({ ...facts, loaded: connection.loaded });
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) tellOf(listener);
  }
}

/** What a listener throws is its own affair: an uncaught error, and neither the others nor the connection stop. */
function tellOf(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Looks up by id in constant time: the index is made anew only for a list in which the message is elsewhere. */
function findMessage<M extends { readonly id: string }>(
  messages: () => readonly M[],
): (id: string) => M | undefined {
  let indexed: readonly M[] | undefined;
  let index = new Map<string, number>();
  return (id) => {
    const now = messages();
    const at = index.get(id);
    if (at !== undefined && now[at]?.id === id) return now[at];
    if (indexed !== now) {
      indexed = now;
      index = new Map(now.map((message, position) => [message.id, position]));
    }
    const found = index.get(id);
    return found === undefined ? undefined : now[found];
  };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
