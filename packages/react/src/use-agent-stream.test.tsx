import type { Client, ThreadSnapshot } from "@runwire/client";
import { act, render, renderHook } from "@testing-library/react";
import { StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, test, vi } from "vitest";
import { fakeClient, message } from "./fake-thread.test.helper.ts";
import { useAgentStream } from "./use-agent-stream.ts";
import { useThread } from "./use-thread.ts";

describe("a stream", () => {
  test("is the thread's state with its actions, which stay the same", () => {
    const { client, threads } = fakeClient();
    const { result } = renderHook(() => useAgentStream({ client, agent: "a", thread: "t" }));
    const first = result.current;
    const [thread] = threads;
    expect(first).toMatchObject({ thread: "t", status: "idle", messages: [] });
    expect(first.live).toBe(thread);
    act(() => thread?.publish({ status: "running", messages: [message("m", "Hi")] }));
    expect(result.current.messages).toHaveLength(1);
    expect(result.current.status).toBe("running");
    for (const action of [
      "send",
      "stop",
      "regenerate",
      "edit",
      "show",
      "approve",
      "deny",
      "complete",
    ] as const) {
      expect(result.current[action]).toBe(thread?.[action]);
    }
  });

  test("is the same object as long as nothing changes", () => {
    const { client } = fakeClient();
    const { result, rerender } = renderHook(() => useAgentStream({ client, agent: "a" }));
    const first = result.current;
    rerender();
    expect(result.current).toBe(first);
  });

  test("of two hooks are two threads, each with its own state", () => {
    const { client, threads } = fakeClient();
    const { result } = renderHook(() => [
      useAgentStream({ client, agent: "a", thread: "t" }),
      useAgentStream({ client, agent: "a", thread: "t" }),
    ]);
    act(() => threads[0]?.publish({ status: "running" }));
    expect(result.current.map(({ status }) => status)).toEqual(["running", "idle"]);
  });
});

describe("a thread", () => {
  test("is connected while the component is there, and never renders it", () => {
    const { client, threads } = fakeClient();
    let renders = 0;
    const { unmount } = renderHook(() => {
      renders++;
      return useThread({ client, agent: "a", thread: "t" });
    });
    expect(threads[0]?.listeners.size).toBe(1);
    act(() => threads[0]?.publish({ status: "running" }));
    expect(renders).toBe(1);
    unmount();
    expect(threads[0]?.listeners.size).toBe(0);
  });

  test("changes with the id, the agent and the client; the old one is let go", () => {
    const one = fakeClient();
    const two = fakeClient();
    const { result, rerender } = renderHook((options) => useThread(options), {
      initialProps: { client: one.client, agent: "a", thread: "t1" as string | undefined },
    });
    const seen = [result.current];
    for (const options of [
      { client: one.client, agent: "a", thread: "t2" },
      { client: one.client, agent: "b", thread: "t2" },
      { client: two.client, agent: "b", thread: "t2" },
      { client: two.client, agent: "b", thread: undefined },
    ]) {
      rerender(options);
      rerender(options);
      seen.push(result.current);
    }
    expect(new Set(seen).size).toBe(5);
    const all = [...one.threads, ...two.threads];
    expect(all.map(({ options: { agent, thread } }) => `${agent} ${thread}`)).toEqual([
      "a t1",
      "a t2",
      "b t2",
      "b t2",
      "b undefined",
    ]);
    expect(all.map(({ listeners }) => listeners.size)).toEqual([0, 0, 0, 0, 1]);
  });

  test("that got its id goes on when the id comes back, and a new one follows it", () => {
    const { client, threads } = fakeClient();
    const { result, rerender } = renderHook((thread) => useThread({ client, agent: "a", thread }), {
      initialProps: undefined as string | undefined,
    });
    const first = result.current;
    act(() => threads[0]?.publish({ thread: "thr_new" }));
    rerender("thr_new");
    expect(result.current).toBe(first);
    rerender("thr_new");
    expect(threads).toHaveLength(1);
    rerender(undefined);
    expect(result.current).not.toBe(first);
    expect(threads.map(({ listeners }) => listeners.size)).toEqual([0, 1]);
  });

  test("reads callbacks, tools and the model of the newest render", () => {
    const { client, threads } = fakeClient();
    const on = [{ reset: vi.fn() }, { reset: vi.fn() }];
    const tools = [{ a: vi.fn() }, { b: vi.fn() }];
    const { rerender } = renderHook(
      (index) =>
        useThread({
          client,
          agent: "a",
          on: on[index],
          tools: tools[index] as never,
          model: ["x/a", "x/b"][index],
          mcpServers: [["files"], ["web"]][index],
        }),
      { initialProps: 0 },
    );
    expect(threads[0]?.options.on).toBe(on[0]);
    rerender(1);
    expect(threads).toHaveLength(1);
    expect(threads[0]?.options.on).toBe(on[1]);
    expect(threads[0]?.options.tools).toBe(tools[1]);
    expect(threads[0]?.options.model).toBe("x/b");
    expect(threads[0]?.options.mcpServers).toEqual(["web"]);
  });

  test("in strict mode is connected once", () => {
    const { client, threads } = fakeClient();
    const { unmount } = renderHook(() => useThread({ client, agent: "a" }), {
      wrapper: StrictMode,
    });
    const connected = () => threads.map(({ listeners }) => listeners.size).filter(Boolean);
    expect(connected()).toEqual([1]);
    unmount();
    expect(connected()).toEqual([]);
  });

  test("of a url has a client of its own, with the headers of the newest render", async () => {
    const asked: string[] = [];
    const options = (token: string) => ({
      url: "http://test",
      agent: "a",
      thread: "t",
      headers: { authorization: token },
      fetch: async (_url: string, init: RequestInit) => {
        asked.push(new Headers(init.headers).get("authorization") ?? "");
        return new Response(null, { status: 403 });
      },
    });
    const { result, rerender } = renderHook((token) => useThread(options(token)), {
      initialProps: "one",
    });
    const first = result.current;
    await vi.waitUntil(() => asked.length === 1);
    rerender("two");
    expect(result.current).toBe(first);
    await act(async () => void (await first.send("Hi")));
    expect(asked[0]).toBe("one");
    expect(new Set(asked.slice(1))).toEqual(new Set(["two"]));
  });
});

test("a server renders what it was given, connects to nothing and shares nothing", () => {
  const { client, threads } = fakeClient();
  const chain = [{ messages: [message("m", "Hello")] }];
  const initial = { thread: "t", runs: [], chain } as unknown as ThreadSnapshot;
  const page = <Chat client={client} initial={initial} />;
  expect(renderToString(page)).toBe("<p>m</p>");
  expect(renderToString(page)).toBe("<p>m</p>");
  expect(threads).toHaveLength(2);
  expect(threads.every(({ listeners }) => listeners.size === 0)).toBe(true);
});

test("a page takes over what a server rendered", () => {
  const { client, threads } = fakeClient();
  const chain = [{ messages: [message("m", "Hello")] }];
  const initial = { thread: "t", runs: [], chain } as unknown as ThreadSnapshot;
  const container = document.createElement("div");
  container.innerHTML = "<p>m</p>";
  const shown = container.firstChild;
  const complaints: unknown[] = [];
  const { unmount } = render(<Chat client={client} initial={initial} />, {
    container,
    hydrate: true,
    onRecoverableError: (error) => complaints.push(error),
  });
  expect(container.firstChild).toBe(shown);
  act(() => threads[0]?.publish({ messages: [message("m", "Hello"), message("n", "Hi")] }));
  expect(container.innerHTML).toBe("<p>m</p><p>n</p>");
  expect(complaints).toEqual([]);
  unmount();
});

function Chat({ client, initial }: { readonly client: Client; readonly initial: ThreadSnapshot }) {
  const { messages } = useAgentStream({ client, agent: "a", thread: "t", initial });
  return messages.map(({ id }) => <p key={id}>{id}</p>);
}
