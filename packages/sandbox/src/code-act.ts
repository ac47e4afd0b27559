import { type Model, tool } from "@runwire/core";
import { z } from "zod";
import { actingModel } from "./act/acting-model.ts";
import { finalAnswer } from "./act/dialogue.ts";
import { type CodeTool, type CodeToolOptions, codeTool, describe } from "./code-tool.ts";
import type { Sandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

export interface CodeActOptions extends Omit<CodeToolOptions, "description"> {
  readonly model: Model;
  readonly sandbox: Sandbox;
  /** What the agent is for; how it acts is added. */
  readonly instructions?: string;
}

/** What makes an agent act by programs. */
export interface CodeAct {
  readonly model: Model;
  readonly instructions: string;
  readonly tools: { readonly code: CodeTool };
}

/**
 * An agent whose actions are programs: the model writes a fenced block of code, the block runs, and the model is told
 * what came of it, until it answers without one or its program calls `final_answer`. The given tools are functions of
 * its programs. In the run's log a program is a call of the tool `code`, with all that calls have.
 *
 * @example
 * const analyst = agent({ name: "analyst", ...codeAct({ model, sandbox: python(), tools: { search } }) });
 */
export function codeAct({ model, sandbox, instructions, ...options }: CodeActOptions): CodeAct {
  const [language] = sandbox.caps.languages;
  const { hostTools, state } = sandbox.caps;
  const { share = state ? "run" : "call", collect = [] } = options;
  if (options.tools !== undefined && finalAnswer in options.tools) {
    const message = `${finalAnswer} is the function that ends the run. Give your tool another name.`;
    throw new SandboxError("invalid", { message });
  }
  const tools = hostTools ? { ...options.tools, [finalAnswer]: endsWith } : (options.tools ?? {});
  const about = describe(sandbox, share, { tools, collect });
  const code = codeTool(sandbox, { ...options, share, tools });
  return {
    model: actingModel(model, "code", language),
    instructions: [
      ...(instructions === undefined ? [] : [instructions]),
      conventions(language),
      about,
    ].join("\n\n"),
    tools: { code },
  };
}

function conventions(language: string): string {
  return [
    "You act by writing programs. A message of yours that holds a fenced block of code is an action:",
    `\`\`\`${language}\n…\n\`\`\``,
    "It runs when your message ends, and you are told what it printed and what its last expression came to, as an observation. Never write an observation yourself. Write one block in a message, and look at what it does before you go on. When you know the answer, say it without a block of code.",
  ].join("\n");
}

/** Kept in the log beside the call, where the model's next step finds it. */
const endsWith = tool({
  description: "ends the task with this answer, when you are sure of it",
  input: z.object({ answer: z.json() }),
  execute: ({ answer }, ctx) => ctx.emit(finalAnswer, answer, { id: ctx.call }),
});
