import type { Models } from "@runwire/core";
import type { HandlerOptions, RuntimeHandlerOptions } from "./options.ts";
import { Problem } from "./problem.ts";

/** @throws TypeError when a model is offered that the runtime does not know. */
export function checkOffered(options: HandlerOptions | RuntimeHandlerOptions): void {
  const known = "runtime" in options ? options.runtime.models : has(options.models);
  const unknown = options.clientModels?.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `clientModels: the runtime knows no model named ${JSON.stringify(unknown)}. Add it to its \`models\`.`,
  );
}

function has(models: Models | undefined): { has(name: string): boolean } {
  return { has: (name) => models?.get(name) !== undefined };
}

/** Throws the 400 for a model that requests may not choose, known or not. */
export function checkChosen(model: string | undefined, offered: readonly string[]): void {
  if (model === undefined || offered.includes(model)) return;
  const detail =
    offered.length === 0
      ? "No model can be chosen here."
      : "Must be one of the models that GET /models lists.";
  throw new Problem("invalid-body", { errors: [{ pointer: "/model", detail }] });
}
