import type { Model } from "@runwire/core";
import { openai } from "@runwire/openai";
import type { Models } from "./agents.ts";
import { demoModels } from "./demo/models.ts";

/** About the pace of a quick model. */
const demoDelayMs = 25;

/** OpenAI's model, or one of a compatible server at OPENAI_BASE_URL; without either, scripts. */
export function modelsFrom(env: NodeJS.ProcessEnv): { models: Models; name?: string } {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = env;
  if (!apiKey && !baseURL) {
    return { models: demoModels(Number(env.STUDIO_DELAY_MS || demoDelayMs)) };
  }
  const name = env.OPENAI_MODEL || "gpt-5-mini";
  // Compatible servers speak Chat Completions; few know Responses.
  const model: Model = baseURL ? openai.chat(name, { baseURL, apiKey }) : openai(name, { apiKey });
  return { models: { assistant: model, planner: model, researcher: model, writer: model }, name };
}
