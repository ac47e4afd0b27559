import { describe, expect, it } from "vitest";
import type { NewEvent } from "../protocol/events.ts";
import { deferred } from "../signal.ts";
import { createTask } from "./task.ts";
import type { RunWriter, WriterEnd } from "./writer.ts";

const delta: NewEvent = { type: "text.delta", id: "p", delta: "x" };

/** A task on a writer whose flush is answered by the test. */
function open(options: { readonly held?: () => boolean; readonly scope?: string } = {}) {
  const pushed: NewEvent[] = [];
  const flush = deferred<boolean>();
  let ended: WriterEnd | undefined;
  const writer = {
    push: (events: readonly NewEvent[]) => void pushed.push(...events),
    flushed: () => flush.promise,
    end: (why: WriterEnd) => {
      ended ??= why;
    },
    get ended() {
      return ended;
    },
    full: true,
    drained: async () => {},
  } as unknown as RunWriter;
  const { held = () => true, scope } = options;
  return { ...createTask({ key: "k", scope, writer, held }), pushed, flush, ended: () => ended };
}

describe("a task", () => {
  it("writes in its scope", () => {
    const { task, pushed } = open({ scope: "c" });
    task.push([delta]);
    expect(pushed).toEqual([{ ...delta, scope: "c" }]);
  });

  it("that was aborted writes nothing, and waits for no room", () => {
    const { task, abort, pushed } = open();
    expect(task.pause()).toBeInstanceOf(Promise);
    abort("over");
    task.push([delta]);
    expect([pushed, task.pause(), task.signal.reason]).toEqual([[], undefined, "over"]);
  });
});

describe("what was pushed counts as acknowledged", () => {
  it("when the log has it", async () => {
    const { task, flush } = open();
    flush.resolve(true);
    expect(await task.acknowledged()).toBe(true);
  });

  it("not when the writer ended first", async () => {
    const { task, flush } = open();
    flush.resolve(false);
    expect(await task.acknowledged()).toBe(false);
  });

  it("not when nobody wants the task any more", async () => {
    const { task, flush, abort } = open();
    const acknowledged = task.acknowledged();
    abort("over");
    flush.resolve(true);
    expect(await acknowledged).toBe(false);
  });

  it("not when the lease ran out meanwhile: then the run is let go of", async () => {
    const { task, flush, ended } = open({ held: () => false });
    flush.resolve(true);
    expect(await task.acknowledged()).toBe(false);
    expect(ended()).toBe("lost");
  });
});
