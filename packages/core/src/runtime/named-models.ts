import type { AgentDefinition } from "../definition.ts";
import type { ModelChoice, ModelRef, ModelRule } from "../model-choice.ts";
import type { Models } from "../models.ts";
import type { NamedModels } from "../runtime-contract.ts";

/** What a runtime tells of its models. */
export function namedModels(
  { models, model }: { readonly models?: Models; readonly model?: ModelChoice },
  agent: (name: string) => AgentDefinition | undefined,
): NamedModels {
  return {
    names: models?.names ?? [],
    has: (name) => models?.get(name) !== undefined,
    defaultOf(name) {
      const definition = agent(name);
      return definition && nameOf(definition.model ?? model);
    },
  };
}

function nameOf(rule: ModelRule | undefined): string | undefined {
  if (typeof rule === "function") return undefined;
  const first = (Array.isArray(rule) ? rule[0] : rule) as ModelRef | undefined;
  return typeof first === "string" ? first : first?.id;
}
