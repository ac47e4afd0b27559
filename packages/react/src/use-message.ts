import type { Thread } from "@runwire/client";
import type { AgentTypes, PartOf } from "@runwire/core";
import type { MessageOf } from "@runwire/core/protocol";
import { useThreadState } from "./use-thread-state.ts";

/** One message of a thread: its component renders again only when the message itself changes. */
export function useMessage<A extends AgentTypes>(
  thread: Thread<A>,
  id: string,
): MessageOf<PartOf<A>> | undefined {
  return useThreadState(thread, (state) =>
    state === thread.state
      ? thread.message(id)
      : state.messages.find((message) => message.id === id),
  );
}
