import { agent, createRuntime, type ModelRequest, type Runtime, type Toolset } from "@runwire/core";
import type { RunState, ToolPart } from "@runwire/core/protocol";
import { type ScriptedCall, scriptedModel } from "@runwire/core/testing";
import { onTestFinished } from "vitest";

/** An agent whose model makes these calls, one list in each step, and a runtime that is closed with the test. */
export function calling(
  toolsets: readonly Toolset[],
  ...steps: readonly (readonly ScriptedCall[])[]
) {
  const asked: ModelRequest[] = [];
  const model = scriptedModel((request, n) => {
    asked.push(request);
    const calls = steps[n];
    return calls === undefined ? { text: "Done." } : { calls };
  });
  const assistant = agent({ name: "assistant", model, toolsets });
  const errors: unknown[] = [];
  const runtime: Runtime = createRuntime({
    agents: [assistant],
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => runtime.close({ deadlineMs: 0 }));
  return { runtime, assistant, asked, errors };
}

/** The run's end, and its calls in order. */
export async function run(
  toolsets: readonly Toolset[],
  ...steps: readonly (readonly ScriptedCall[])[]
) {
  const { runtime, asked, errors } = calling(toolsets, ...steps);
  const handle = runtime.run("assistant", "Go.");
  await handle.result;
  const state = handle.state as RunState;
  return { state, calls: callsOf(state), asked, errors, runtime };
}

export function callsOf({ messages }: RunState): readonly ToolPart[] {
  return messages.flatMap(({ parts }) => parts.filter((part) => part.type === "tool"));
}
