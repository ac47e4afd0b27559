import type { Thread, ThreadState } from "@runwire/client";
import type { RunState } from "@runwire/core/protocol";
import { createContext, use } from "react";
import type { StudioPart, Types } from "./types.ts";

/** The conversation that the components around are about. */
export const ChatContext = createContext<Thread<Types> | undefined>(undefined);

export function useChat(): Thread<Types> {
  const chat = use(ChatContext);
  if (chat === undefined) throw new Error("useChat needs a <ChatContext> around it");
  return chat;
}

/** The run that the components around are about: ids of calls are unique in it, not in the conversation. */
export const RunContext = createContext("");

export function runIn(state: ThreadState<Types>, id: string): RunState<StudioPart> | undefined {
  let index = indexes.get(state.runs);
  if (index === undefined) {
    index = new Map(state.runs.map((run) => [run.run, run]));
    indexes.set(state.runs, index);
  }
  return index.get(id);
}

/** Every run on the page looks for itself in every state: once is enough. */
const indexes = new WeakMap<
  ThreadState<Types>["runs"],
  ReadonlyMap<string, RunState<StudioPart>>
>();
