import type { ModelRequest } from "@runwire/core";
import type { ScriptedStep } from "@runwire/core/testing";
import { type Findings, listFindings } from "./answer-from-docs.ts";
import { outputOf, readScene } from "./scene.ts";
import { capitalize, keywords, topicOf } from "./words.ts";

/** The planner without a model: two sub-agents at once, then a plan out of what they answered. */
export function plannerScript(request: ModelRequest): ScriptedStep {
  const scene = readScene(request);
  const topic = topicOf(scene.before ?? scene.ask) || "this project";
  const facts = outputOf<string>(scene, "researcher");
  const outline = outputOf<string>(scene, "writer");
  if (facts === undefined && outline === undefined) {
    if (scene.calls.length > 0)
      return { text: "Neither of the two came back with anything. Try again?" };
    return {
      reasoning: `Two things are needed for ${topic}: what is known, and an order to tell it in. Neither waits for the other.`,
      text: `I ask a researcher and a writer at the same time.`,
      calls: [
        {
          name: "researcher",
          input: { prompt: `Find what the documentation says about ${topic}` },
        },
        { name: "writer", input: { prompt: `Draft an outline on ${topic}` } },
      ],
    };
  }
  const added = scene.before === undefined ? "" : `\n\nAnd, as you added: ${scene.ask}`;
  return {
    text: `## ${capitalize(topic)}\n\n${outline ?? ""}\n\n### Facts to use\n\n${facts ?? ""}${added}`,
  };
}

export function researcherScript(request: ModelRequest): ScriptedStep {
  const scene = readScene(request);
  const findings = outputOf<Findings>(scene, "search_docs");
  if (findings === undefined) {
    return {
      reasoning: "First the words to search for, then the pages.",
      calls: [{ name: "search_docs", input: { query: keywords(topicOf(scene.ask)) || "run" } }],
    };
  }
  return {
    text: findings.hits.length > 0 ? listFindings(findings) : `Nothing on ${findings.query}.`,
  };
}

export function writerScript(request: ModelRequest): ScriptedStep {
  const topic = topicOf(readScene(request).ask);
  return {
    reasoning:
      "An opening that poses the problem, a middle that solves it, an end that can be tried.",
    text: `1. **The problem.** What goes wrong without ${topic}, shown on one broken example.
2. **The idea.** One sentence to remember, then the picture behind it.
3. **In the code.** The smallest program that does it, typed live.
4. **At the edges.** What happens when the network, the process or the person goes away.
5. **Try it.** One command to take home.`,
  };
}
