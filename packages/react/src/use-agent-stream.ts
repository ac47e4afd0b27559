import type { Thread, ThreadState } from "@runwire/client";
import type { AgentMap, AgentTypes, TypesOf } from "@runwire/core";
import { useMemo } from "react";
import { type EitherOptions, useThread, type WithClient, type WithUrl } from "./use-thread.ts";
import { useThreadState } from "./use-thread-state.ts";

type Action = "send" | "stop" | "regenerate" | "edit" | "show" | "approve" | "deny" | "complete";

/** A conversation's state and its actions, which stay the same functions. */
export interface AgentStream<A extends AgentTypes = AgentTypes>
  extends ThreadState<A>,
    Pick<Thread<A>, Action> {
  /** The conversation itself, for `useThreadState` and `useMessage` further down. */
  readonly live: Thread<A>;
}

/**
 * A conversation in one hook: state and actions. Renders with every change, at most once per frame; where that is too
 * much, take `useThread` and select.
 */
export function useAgentStream<Agents extends AgentMap, N extends keyof Agents & string>(
  options: WithClient<Agents, N>,
): AgentStream<Agents[N]>;
export function useAgentStream<Agent>(
  options: WithUrl<TypesOf<Agent>>,
): AgentStream<TypesOf<Agent>>;
export function useAgentStream(options: EitherOptions): AgentStream {
  const live = useThread(options as WithUrl<AgentTypes>);
  const state = useThreadState(live, (whole) => whole);
  return useMemo(() => {
    const { send, stop, regenerate, edit, show, approve, deny, complete } = live;
    return { ...state, live, send, stop, regenerate, edit, show, approve, deny, complete };
  }, [live, state]);
}
