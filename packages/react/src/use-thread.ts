import {
  type Client,
  type ClientOptions,
  createThread,
  type Thread,
  type ThreadOptions,
} from "@runwire/client";
import type { AgentMap, AgentTypes, TypesOf } from "@runwire/core";
import { useEffect, useRef, useState } from "react";

/** With a client, which may be shared by the whole application: it knows the types of all agents. */
export type WithClient<Agents extends AgentMap, N extends keyof Agents & string> = ThreadOptions<
  Agents[N]
> & {
  readonly client: Client<Agents>;
  readonly agent: N;
};

/** Without one: the type argument is the agent's, `useThread<typeof assistant>({ url, agent })`. */
export type WithUrl<A extends AgentTypes> = ThreadOptions<A> & ClientOptions;

/**
 * A conversation for as long as the component is there. Never renders by itself: components read from the thread what
 * they show, with `useThreadState` and `useMessage`.
 *
 * Another `thread` (or agent, client, url) is another conversation. The id that a new conversation got with its first
 * message is not another one, so it may be put into the address and handed back. Callbacks, tools, headers and the model
 * are those of the newest render.
 */
export function useThread<Agents extends AgentMap, N extends keyof Agents & string>(
  options: WithClient<Agents, N>,
): Thread<Agents[N]>;
export function useThread<Agent>(options: WithUrl<TypesOf<Agent>>): Thread<TypesOf<Agent>>;
export function useThread(options: EitherOptions): Thread {
  const newest = useRef(options);
  useEffect(() => {
    newest.current = options;
  });
  const [made, setMade] = useState(() => make(options, newest));
  const { thread, agent } = options;
  const server = options.client ?? options.url;
  let current = made;
  if (server !== made.server || agent !== made.agent || thread !== made.thread) {
    const sameServer = server === made.server && agent === made.agent;
    const named = sameServer && thread !== undefined && thread === made.live.state.thread;
    current = named ? { ...made, thread } : make(options, newest);
    setMade(current);
  }
  const { live } = current;
  // Keeps it connected, also while nobody looks at its state.
  useEffect(() => live.subscribe(() => {}), [live]);
  return live;
}

/** Either of them, as far as it runs. */
export type EitherOptions = ThreadOptions & { readonly client?: Client } & Partial<ClientOptions>;

/** A thread, and what it was made for. */
interface Made {
  readonly live: Thread;
  readonly server: Client | string | undefined;
  readonly agent: string;
  readonly thread: string | undefined;
}

function make(options: EitherOptions, newest: { readonly current: EitherOptions }): Made {
  const { agent, thread, initial, client, url = "" } = options;
  // Read anew whenever they are needed.
  const own = {
    url,
    agent,
    thread,
    initial,
    get headers() {
      return newest.current.headers;
    },
    get fetch() {
      return newest.current.fetch;
    },
    get credentials() {
      return newest.current.credentials;
    },
    get model() {
      return newest.current.model;
    },
    get mcpServers() {
      return newest.current.mcpServers;
    },
    get on() {
      return newest.current.on;
    },
    get tools() {
      return newest.current.tools;
    },
  };
  const live = client === undefined ? createThread(own) : client.thread(own);
  return { live, server: client ?? url, agent, thread };
}
