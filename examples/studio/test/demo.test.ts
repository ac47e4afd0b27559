import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { StudioMessage } from "../src/page/types.ts";
import { useTeam } from "./team.ts";

const team = useTeam();

describe("the assistant without a model", () => {
  test("searches the pages for the words that matter, with progress page by page", async () => {
    const progress: number[] = [];
    const run = team.runtime.run("assistant", "Search the docs for knip, please", {
      on: { "tool.progressed": { search_docs: ({ data }) => progress.push(data.done) } },
    });
    expect(await run.result).toContain("`CONTRIBUTING.md`");
    const call = callsOf(run.state)[0];
    expect(call).toMatchObject({ name: "search_docs", input: { query: "knip" } });
    expect(progress).toEqual(progress.map((_, i) => i));
    expect(progress.length).toBe(
      call?.status === "completed" && call.name === "search_docs" ? call.output.pages : 0,
    );
    expect(call?.log).toContain("CONTRIBUTING.md: ");
  });

  test("calculates", async () => {
    const answer = await team.runtime.run("assistant", "What is (12 + 30) * 1.5?").result;
    expect(answer).toBe("(12 + 30) * 1.5 = **63**");
  });

  test("tells what the calculator refused", async () => {
    const answer = await team.runtime.run("assistant", "What is 1 / 0?").result;
    expect(answer).toContain("does not come to a number");
  });

  test("writes a note out of what it found, once it may", async () => {
    const diffs: string[] = [];
    const run = team.runtime.run("assistant", "Write a note about knip", {
      on: {
        "approval.requested": async ({ id, message }, run) => {
          expect(message).toMatch(/^Create the note “knip” \(\d+ lines\)\?$/);
          expect(diffs).toHaveLength(1);
          expect(await readdir(team.notes)).toEqual([]);
          await run.approve(id);
        },
        "data.emitted": { "diff.ready": ({ data }) => diffs.push(data.patch) },
      },
    });
    expect(await run.result).toContain("Saved the note **knip**");
    const text = await readFile(join(team.notes, "knip.md"), "utf8");
    expect(text).toContain("(CONTRIBUTING.md)");
    for (const line of text.trimEnd().split("\n")) expect(diffs[0]).toContain(`+${line}`);
    expect(await readdir(team.notes)).toEqual(["knip.md"]);
  });

  test("writes nothing when it may not, and says why", async () => {
    const run = team.runtime.run("assistant", "Write a note: buy milk", {
      on: { "approval.requested": ({ id }, run) => run.deny(id, { reason: "we have some" }) },
    });
    expect(await run.result).toContain("“we have some”");
    expect(await readdir(team.notes)).toEqual([]);
  });

  test("reads and lists notes, and says so when there is none of that name", async () => {
    await writeFile(join(team.notes, "shopping.md"), "milk\n");
    const { runtime } = team;
    expect(await runtime.run("assistant", "List my notes").result).toContain("| shopping | 5 |");
    expect(await runtime.run("assistant", "Read the note shopping").result).toContain("milk");
    expect(await runtime.run("assistant", "Read the note taxes").result).toContain(
      "no note called “taxes”",
    );
  });

  test("goes on with what the person chose", async () => {
    const run = team.runtime.run("assistant", "Help me choose a topic", {
      tools: { ask_choice: ({ options }) => ({ choice: options[1] ?? "" }) },
    });
    await run.result;
    expect(callsOf(run.state).map(({ name, input }) => ({ name, input }))).toMatchObject([
      { name: "ask_choice" },
      { name: "search_docs", input: { query: "approvals" } },
    ]);
  });

  test("takes in what is said while it works", async () => {
    const run = team.runtime.run("assistant", "Search the docs for knip", {
      on: { "tool.started": (_, run) => run.send("Be quick, will you") },
    });
    const answer = await run.result;
    expect(answer).toContain("You added “Be quick, will you”.");
    expect(answer).toContain("`CONTRIBUTING.md`");
  });

  test("says what it is when no tool fits", async () => {
    expect(await team.runtime.run("assistant", "Good morning!").result).toContain("I am a script");
  });
});

test("the planner has both sub-agents work at the same time", async () => {
  const started: string[] = [];
  const ended: string[] = [];
  const run = team.runtime.run("planner", "Plan a talk about knip", {
    on: {
      "agent.started": ({ agent }) => started.push(agent),
      "tool.completed": {
        researcher: () => ended.push("researcher"),
        writer: () => ended.push("writer"),
      },
    },
  });
  const answer = await run.result;
  expect(started).toEqual(["researcher", "writer"]);
  // The researcher reads page after page: the writer would not end first if it had to wait.
  expect(ended).toEqual(["writer", "researcher"]);
  expect(answer).toMatch(/^## Knip/);
  expect(answer).toContain("The problem.");
  expect(answer).toContain("(CONTRIBUTING.md)");
  expect(Object.keys(run.state?.scopes ?? {})).toHaveLength(2);
});

function callsOf(state: { readonly messages: readonly StudioMessage[] } | undefined) {
  const parts = state?.messages.flatMap(({ parts }) => parts) ?? [];
  return parts.filter((part) => part.type === "tool");
}
