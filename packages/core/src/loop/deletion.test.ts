import { expect, it } from "vitest";
import { agent } from "../agent.ts";
import { memoryLog } from "../log/memory-log.ts";
import type { Model } from "../model.ts";
import { createRuntime } from "../runtime/runtime.ts";
import { deferred } from "../signal.ts";

it("aborts the model of a run that is deleted, at once", async () => {
  const called = deferred<AbortSignal>();
  const model: Model = {
    id: "hanging",
    async *stream(_, { signal }) {
      yield { type: "text.started", id: "t" };
      called.resolve(signal);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  };
  const log = memoryLog();
  // A lease so long that no renewal comes to the rescue.
  const runtime = createRuntime({
    agents: [agent({ name: "a", model })],
    log,
    leaseMs: 3_600_000,
    onError: () => {},
  });
  const run = runtime.run("a", "Go.");
  const signal = await called.promise;
  const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  await log.delete({ thread: run.thread });
  await aborted;
  await expect(run.result).rejects.toMatchObject({ code: "not-found" });
  await runtime.close();
});
