import { scriptedModel } from "@runwire/core/testing";
import type { Models } from "../agents.ts";
import { assistantScript } from "./assistant.ts";
import { plannerScript, researcherScript, writerScript } from "./team.ts";

/** Stand-ins for a language model: the loop, the tools, the stream and the log are the real ones. */
export function demoModels(delayMs: number): Models {
  return {
    assistant: scriptedModel(assistantScript, { id: "scripted/assistant", delayMs }),
    planner: scriptedModel(plannerScript, { id: "scripted/planner", delayMs }),
    researcher: scriptedModel(researcherScript, { id: "scripted/researcher", delayMs }),
    writer: scriptedModel(writerScript, { id: "scripted/writer", delayMs }),
  };
}
