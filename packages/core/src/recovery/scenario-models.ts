import { agent } from "../agent.ts";
import type { Model } from "../model.ts";
import type { RunEvent } from "../protocol/events.ts";
import { type Script, scriptedModel } from "../testing/scripted-model.ts";
import type { ScriptedError } from "../testing/scripted-step.ts";
import { tools } from "./scenario-tools.ts";
import type { Scenario } from "./scenarios.ts";

const down: ScriptedError = { code: "rate-limited", message: "down", after: 2, retryAfterMs: 10 };
const overQuota: ScriptedError = { code: "model-error", message: "over quota", status: 402 };

const model = (id: string, script: Script): Model => scriptedModel(script, { id });

/** A model that is down in mid-answer after its first step, and one that is over its quota, in a sub-agent. */
export const fallbacks: Scenario = {
  agents: (world) => {
    const { pay, read } = tools(world);
    const say = { text: "All is said and done.", calls: [] };
    const task = { calls: [{ name: "pay", input: { to: "bob" } }] };
    const worker = agent({
      name: "worker",
      model: [model("x/poor", () => ({ error: overQuota })), model("x/b", [task, say])],
      tools: { pay },
    });
    const begin = {
      calls: [
        { name: "read", input: { path: "a" } },
        { name: "worker", input: { prompt: "Pay." } },
      ],
    };
    const again = { calls: [{ name: "read", input: { path: "b" } }] };
    return [
      agent({
        name: "root",
        model: [
          model("x/a", [begin, { ...again, text: "I am about to", error: down }]),
          model("x/b", [begin, again, say]),
        ],
        tools: { read, worker },
        maxRetries: 1,
      }),
    ];
  },
};

/** The steps that asked a model which their scope had fallen back from. */
export function askedInVain(events: readonly RunEvent[]): readonly RunEvent[] {
  const asked = new Map<string, string>();
  const failed = new Set<string>();
  return events.filter((event) => {
    const scope = event.scope ?? "";
    if (event.type === "step.reverted" && event.reason === "fallback") {
      failed.add(`${scope} ${asked.get(scope)}`);
    }
    if (event.type !== "step.started") return false;
    asked.set(scope, event.model);
    return failed.has(`${scope} ${event.model}`);
  });
}
