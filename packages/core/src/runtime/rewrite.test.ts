import "../simulation/virtual-time.ts";

import { expect, it, vi } from "vitest";
import { agent } from "../agent.ts";
import { runUntil } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { useBench } from "./bench.test.helper.ts";

const bench = useBench();

vi.mock("../log/compaction.ts", async (original) => {
  const { Compaction } = await original<typeof import("../log/compaction.ts")>();
  /** As if it lost the last word. */
  class Forgetful extends Compaction {
    override events() {
      return super
        .events()
        ?.map((event) =>
          event.type === "text.delta" ? { ...event, delta: event.delta.slice(0, -5) } : event,
        );
    }
  }
  return { Compaction: Forgetful };
});

it("writes nothing that folds to another state, says so once, and leaves all other runs alone", async () => {
  const talker = agent({
    name: "a",
    model: scriptedModel(() => ({ text: "One two three four." })),
  });
  const runtime = bench().runtime([talker], { retention: { compactAfterMs: 0 } });
  const runs = [await bench().start(runtime), await bench().start(runtime)];
  for (const run of runs) await bench().end(run);
  const before = await Promise.all(runs.map((run) => bench().events(run)));
  const until = Date.now() + 600_000;
  await runUntil(() => Date.now() >= until, 700_000);
  expect(await Promise.all(runs.map((run) => bench().events(run)))).toEqual(before);
  expect(bench().errors).toMatchObject([{ message: expect.stringContaining("something else") }]);
});
