import type { Thread } from "@runwire/client";
import { act, render, renderHook } from "@testing-library/react";
import { StrictMode, version } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, inject, test } from "vitest";
import { fakeThread, message } from "./fake-thread.test.helper.ts";
import { useMessage } from "./use-message.ts";
import { useThreadState } from "./use-thread-state.ts";

function threadOf(count: number) {
  const thread = fakeThread({ agent: "a", thread: "t" });
  const messages = Array.from({ length: count }, (_, index) => message(`m${index}`, `${index}`));
  thread.publish({ messages });
  return thread;
}

interface Watched {
  readonly thread: Thread;
  readonly rendered: (what: string) => void;
}

function List({ thread, rendered }: Watched) {
  rendered("list");
  const ids = useThreadState(
    thread,
    ({ messages }) => messages.map(({ id }) => id),
    (a, b) => a.length === b.length && a.every((id, index) => id === b[index]),
  );
  return ids.map((id) => <Line key={id} id={id} thread={thread} rendered={rendered} />);
}

function Line({ thread, rendered, id }: Watched & { readonly id: string }) {
  rendered(id);
  const [part] = useMessage(thread, id)?.parts ?? [];
  return part?.type === "text" ? part.text : null;
}

function Summary({ thread }: { readonly thread: Thread }) {
  const status = useThreadState(thread, (state) => state.status);
  const found = useMessage(thread, "m");
  return `${status} ${found?.id ?? "nothing"}`;
}

/** Counts the renders of a hook. */
function counted<Props, Result>(hook: (props: Props) => Result, initialProps: Props) {
  let renders = 0;
  const rendered = renderHook(
    (props: Props) => {
      renders++;
      return hook(props);
    },
    { initialProps },
  );
  return { ...rendered, renders: () => renders };
}

describe("a selection", () => {
  test("renders again only when it changes", () => {
    const thread = threadOf(2);
    const { result, renders } = counted(
      () => useThreadState(thread, ({ status }) => status),
      undefined,
    );
    expect(renders()).toBe(1);
    act(() => thread.publish({ messages: [] }));
    expect(renders()).toBe(1);
    act(() => thread.publish({ status: "running" }));
    expect(renders()).toBe(2);
    expect(result.current).toBe("running");
  });

  test("that is a new object each time renders by what is in it", () => {
    const thread = threadOf(2);
    const { result, renders } = counted(
      () =>
        useThreadState(
          thread,
          ({ messages }) => ({ count: messages.length }),
          (a, b) => a.count === b.count,
        ),
      undefined,
    );
    act(() => thread.publish({ status: "running" }));
    expect(renders()).toBe(1);
    act(() => thread.publish({ messages: [] }));
    expect(renders()).toBe(2);
    expect(result.current).toEqual({ count: 0 });
  });

  test("that is a new object each time, and does not say so, renders too often but not for ever", () => {
    const thread = threadOf(2);
    const { renders } = counted(
      () => useThreadState(thread, ({ messages }) => ({ count: messages.length })),
      undefined,
    );
    act(() => thread.publish({ status: "idle" }));
    expect(renders()).toBe(2);
  });

  test("uses the newest selector and the newest thread", () => {
    const [one, two] = [threadOf(1), threadOf(2)];
    const { result, rerender } = renderHook(
      ({ thread, plus }) => useThreadState(thread, ({ messages }) => messages.length + plus),
      { initialProps: { thread: one, plus: 0 } },
    );
    expect(result.current).toBe(1);
    rerender({ thread: one, plus: 5 });
    expect(result.current).toBe(6);
    rerender({ thread: two, plus: 5 });
    expect(result.current).toBe(7);
    expect([one, two].map(({ listeners }) => listeners.size)).toEqual([0, 1]);
  });
});

test("a token renders one message of five hundred", () => {
  const thread = threadOf(500);
  const renders = new Map<string, number>();
  const rendered = (what: string) => void renders.set(what, (renders.get(what) ?? 0) + 1);
  const { container } = render(<List thread={thread} rendered={rendered} />);
  for (let token = 1; token <= 10; token++) {
    const messages = [...thread.state.messages.slice(0, -1), message("m499", "x".repeat(token))];
    act(() => thread.publish({ messages }));
  }
  expect(container.textContent?.endsWith("498xxxxxxxxxx")).toBe(true);
  expect(renders.get("list")).toBe(1);
  expect(renders.get("m499")).toBe(11);
  expect([...renders.values()].filter((count) => count === 1)).toHaveLength(500);
});

test("a server renders the first state, whatever has come since", () => {
  const thread = fakeThread({ agent: "a", thread: "t" });
  thread.publish({ status: "running", messages: [message("m", "late")] });
  expect(renderToString(<Summary thread={thread} />)).toBe("idle nothing");
  expect(thread.listeners.size).toBe(0);
  expect(render(<Summary thread={thread} />).container.textContent).toBe("running m");
});

test("strict mode leaves nothing behind", () => {
  const thread = threadOf(1);
  const { unmount } = render(<Summary thread={thread} />, { wrapper: StrictMode });
  expect(thread.listeners.size).toBe(2);
  unmount();
  expect(thread.listeners.size).toBe(0);
});

test("this is the React that the project says", () => {
  expect(version.split(".")[0]).toBe(inject("react"));
});
