import type { ThreadSnapshot } from "@runwire/client";
import { useEffect, useState } from "react";
import { client } from "../client.ts";
import type { AgentName, Types } from "../types.ts";
import { explain } from "./explain.ts";

interface Loaded {
  readonly snapshot?: ThreadSnapshot<Types>;
  /** Why it could not be fetched. */
  readonly problem?: string;
}

const missing = { problem: "This conversation is not there (any more)." };

/** A conversation as it is when it is opened; nothing while it is fetched, and for one that has not begun. */
export function useSnapshot(thread: string | undefined): Loaded & { readonly retry: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Loaded & { readonly of?: string }>({});
  useEffect(() => {
    if (thread === undefined) return;
    let current = true;
    setLoaded({});
    client.load<AgentName>("assistant", thread).then(
      (snapshot) => current && setLoaded({ of: thread, ...(snapshot ? { snapshot } : missing) }),
      (error: Error) => current && setLoaded({ of: thread, problem: explain(error) }),
    );
    return () => {
      current = false;
    };
  }, [thread, attempt]);
  const { of, ...found } = loaded;
  return { ...(of === thread && found), retry: () => setAttempt(attempt + 1) };
}
