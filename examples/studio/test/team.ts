import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@runwire/core";
import { afterEach, beforeEach } from "vitest";
import { createAgents } from "../src/server/agents.ts";
import { demoModels } from "../src/server/demo/models.ts";
import { notesIn } from "../src/server/notes.ts";

const root = join(import.meta.dirname, "../../..");

function openRuntime(notes: string) {
  const agents = createAgents({ models: demoModels(0), docs: root, notes: notesIn(notes) });
  return createRuntime({ agents: [agents.assistant, agents.planner] });
}

/** The studio's agents with their scripts, in this process, each test with a notes folder of its own. */
export function useTeam() {
  const team = {} as { runtime: ReturnType<typeof openRuntime>; notes: string };
  beforeEach(async () => {
    team.notes = await mkdtemp(join(tmpdir(), "studio-notes-"));
    team.runtime = openRuntime(team.notes);
  });
  afterEach(async () => {
    await team.runtime.close();
    await rm(team.notes, { recursive: true });
  });
  return team;
}
