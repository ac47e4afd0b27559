import type { ThreadItem, Viewer, Watching } from "@runwire/core";
import { expect, test, vi } from "vitest";
import type { Context } from "../context.ts";
import { followThread } from "./thread-events.ts";

test("a sink that has room again does not let in whoever is not yet known to own the thread", async () => {
  const found = Promise.withResolvers<{ principal: string }>();
  const resume = vi.fn();
  const next = vi.fn(() => true);
  let told: Viewer<ThreadItem> | undefined;
  let watching: Watching | undefined;
  const context = {
    request: new Request("http://localhost/threads/t/events"),
    url: new URL("http://localhost/threads/t/events"),
    params: { thread: "t" },
    principal: "me",
    runtime: {
      log: { threads: { get: async () => undefined }, find: () => found.promise },
      watchThread(_thread: string, _from: object, viewer: Viewer<ThreadItem>) {
        told = viewer;
        return { resume, leave() {} };
      },
    },
    stream(route: { tell(viewer: Viewer<ThreadItem>): Watching }) {
      watching = route.tell({ next, end() {} });
      return { status: 200 };
    },
  } as unknown as Context;
  await followThread.handle(context);
  expect(told?.next({ type: "run", run: "r" })).toBe(false);
  watching?.resume();
  expect(resume).not.toHaveBeenCalled();
  found.resolve({ principal: "me" });
  await vi.waitFor(() => expect(resume).toHaveBeenCalledTimes(1));
  expect(next).toHaveBeenCalledTimes(1);
  watching?.resume();
  expect(resume).toHaveBeenCalledTimes(2);
});
