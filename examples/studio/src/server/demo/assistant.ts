import type { ModelRequest } from "@runwire/core";
import type { ScriptedStep } from "@runwire/core/testing";
import { readScene, type Scene } from "./scene.ts";
import {
  arithmetic,
  choice,
  failure,
  noteList,
  noteReading,
  noteWriting,
  search,
} from "./skills.ts";

/** What the assistant can do: the first skill that knows what to do with a message takes it. */
const skills = [failure, noteWriting, noteList, noteReading, choice, arithmetic, search];

/** The assistant without a model: it goes by the words of the message and by what its tools gave back. */
export function assistantScript(request: ModelRequest): ScriptedStep {
  const scene = readScene(request);
  if (scene.before === undefined) return answer(scene) ?? introduction(scene.ask);
  // Something was added while it worked: do that, or go on with the earlier request and say that it was heard.
  const own = { ask: scene.ask, calls: scene.calls };
  const step = answer(own) ?? answer({ ...own, ask: scene.before }) ?? introduction(scene.ask);
  return step.text === undefined
    ? step
    : { ...step, text: `You added “${scene.ask}”. ${step.text}` };
}

function answer(scene: Scene): ScriptedStep | undefined {
  for (const skill of skills) {
    const step = skill(scene);
    if (step !== undefined) return step;
  }
  return undefined;
}

function introduction(ask: string): ScriptedStep {
  return {
    reasoning: "No tool fits this message. The honest answer is what this stand-in can do.",
    text: `I got “${ask.trim().slice(0, 200)}”, but I am a script, not a model: I go by words. The tools behind me are real, though. Try one of these:

1. **Search the docs for cursors**: reads this repository's pages, one by one
2. **Write a note about approvals**: searches, proposes a file, and waits for your yes
3. **What is (12 + 30) * 1.5?**: a calculator
4. **Help me choose a topic**: asks you with buttons

With \`OPENAI_API_KEY\` set, a model takes over from me, with the same tools.`,
  };
}
