import type { Client, Thread, ThreadOptions, ThreadState } from "@runwire/client";
import { type Message, noUsage } from "@runwire/core/protocol";

export function message(id: string, text: string): Message {
  return { id, role: "assistant", parts: [{ type: "text", text }] };
}

const empty: ThreadState = {
  thread: undefined,
  status: "idle",
  connection: "connecting",
  messages: [],
  runs: [],
  run: undefined,
  approvals: [],
  usage: noUsage,
  branches: {},
  error: undefined,
};

export interface FakeThread extends Thread {
  readonly options: ThreadOptions;
  /** Who subscribes now. */
  readonly listeners: ReadonlySet<() => void>;
  publish(change: Partial<ThreadState>): void;
}

/** A thread without a server: it shows what the test publishes. */
export function fakeThread(options: ThreadOptions): FakeThread {
  const initial: ThreadState = {
    ...empty,
    thread: options.thread,
    messages: options.initial?.chain.flatMap(({ messages }) => messages) ?? [],
  };
  let state = initial;
  const listeners = new Set<() => void>();
  const accept = async () => true;
  return {
    options,
    listeners,
    initial,
    get state() {
      return state;
    },
    subscribe(listener) {
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    publish(change) {
      state = { ...state, ...change };
      for (const listener of [...listeners]) listener();
    },
    message: (id) => state.messages.find((one) => one.id === id),
    send: accept,
    stop: accept,
    regenerate: accept,
    edit: accept,
    show: accept,
    approve: accept,
    deny: accept,
    complete: accept,
  };
}

/** A client whose threads are fakes, newest last. */
export function fakeClient() {
  const threads: FakeThread[] = [];
  const thread = (options: ThreadOptions) => {
    const made = fakeThread(options);
    threads.push(made);
    return made;
  };
  return { client: { thread } as unknown as Client, threads };
}

declare module "vitest" {
  interface ProvidedContext {
    /** The major of the React that the project tests with. */
    react: string;
  }
}
