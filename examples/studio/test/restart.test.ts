import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@runwire/client";
import type { RunEvent } from "@runwire/core/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StudioHandler } from "../src/server/studio.ts";
import { startStudio } from "./studio.ts";

type Agent = "assistant" | "planner";

/** Where the server is killed: at the so-manieth event of this type. */
interface Cut {
  readonly type: RunEvent["type"];
  readonly at: number;
}

describe("a server that is killed in mid-run and started again", { timeout: 60_000 }, () => {
  let page: string;
  let data: string;
  beforeAll(async () => {
    page = await mkdtemp(join(tmpdir(), "studio-page-"));
    data = await mkdtemp(join(tmpdir(), "studio-data-"));
    await writeFile(join(page, "index.html"), "<!doctype html><title>Studio</title>");
  });
  afterAll(async () => {
    await rm(page, { recursive: true });
    await rm(data, { recursive: true });
  });

  /** Follows a run to its end through one client, while the server is killed and started again at the cut. */
  async function follow(agent: Agent, input: string, cut?: Cut) {
    const env = { STUDIO_DELAY_MS: "4" };
    let studio = await startStudio(page, { data, env });
    try {
      const url = `${studio.url}/api`;
      const run = createClient<StudioHandler>({ url }).run(agent, input);
      const events: RunEvent[] = [];
      for await (const event of run) {
        events.push(event);
        const before = events.filter(({ type }) => type === cut?.type);
        if (event.type !== cut?.type || before.length !== cut.at) continue;
        await studio.stop("SIGKILL");
        studio = await startStudio(page, { data, env, port: studio.port });
      }
      const replayed: RunEvent[] = [];
      const later = createClient<StudioHandler>({ url }).follow(run.id);
      for await (const event of later) replayed.push(event);
      return { events, replayed, result: await run.result };
    } finally {
      await studio.stop();
    }
  }

  test.each([
    ["assistant", "Good morning!", { type: "text.delta", at: 5 }],
    ["assistant", "Search the docs for cursor", { type: "tool.started", at: 1 }],
    ["assistant", "Search the docs for cursor", { type: "step.completed", at: 1 }],
    ["planner", "Plan a talk about resuming a run", { type: "agent.started", at: 2 }],
  ] as const)("%s, %s, cut at %j", async (agent, input, cut) => {
    const undisturbed = await follow(agent, input);
    const { events, replayed, result } = await follow(agent, input, cut);
    // The follower saw each event once, and those that are in the log.
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(replayed).toEqual(events);
    expect(events.filter(({ type }) => type === "run.resumed")).toMatchObject([
      { cause: "recovery" },
    ]);
    expect(events.at(-1)).toMatchObject({ type: "run.completed", finishReason: "stop" });
    expect(result).toEqual(undisturbed.result);
    expect(result).toMatch(/\w/);
  });
});
