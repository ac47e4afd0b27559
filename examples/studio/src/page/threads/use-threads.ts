import type { ThreadPage } from "@runwire/client";
import { useCallback, useEffect, useState } from "react";
import { client } from "../client.ts";
import { explain } from "../conversation/explain.ts";

type ThreadInfo = ThreadPage["threads"][number];

export interface ThreadList {
  readonly threads: readonly ThreadInfo[];
  readonly problem?: string;
  /** Absent: all of them are here. */
  readonly more?: (() => void) | undefined;
  readonly remove: (thread: string) => Promise<void>;
}

const pageSize = 30;

/** The conversations, newest first: fetched again when `version` changes and when one comes back to the page. */
export function useThreads(version: unknown): ThreadList {
  const [pages, setPages] = useState(1);
  const [list, setList] = useState<ThreadPage>({ threads: [] });
  const [problem, setProblem] = useState<string>();

  const load = useCallback(async () => {
    try {
      setList(await fetchPages(pages));
      setProblem(undefined);
    } catch (error) {
      setProblem(explain(error as Error));
    }
  }, [pages]);

  useEffect(() => {
    void load();
    const onFocus = () => void load();
    addEventListener("focus", onFocus);
    return () => removeEventListener("focus", onFocus);
  }, [load, version]);

  const remove = async (thread: string) => {
    try {
      await client.threads.delete(thread);
    } catch (error) {
      setProblem(explain(error as Error));
    }
    await load();
  };
  return {
    threads: list.threads,
    ...(problem !== undefined && { problem }),
    more: list.next === undefined ? undefined : () => setPages(pages + 1),
    remove,
  };
}

async function fetchPages(count: number): Promise<ThreadPage> {
  let list = await client.threads.list({ limit: pageSize });
  for (let n = 1; n < count && list.next !== undefined; n++) {
    const { threads, ...more } = await client.threads.list({ limit: pageSize, before: list.next });
    list = { threads: [...list.threads, ...threads], ...more };
  }
  return list;
}
