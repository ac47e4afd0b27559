import type { Model } from "@runwire/core";
import { chatModel } from "./chat-model.ts";
import type { OpenAIChatOptions, OpenAIOptions } from "./options.ts";
import { responsesModel } from "./responses-model.ts";

export interface OpenAIProvider {
  /** A model behind OpenAI's Responses API. */
  (model: string, options?: OpenAIOptions): Model;
  /** A model behind Chat Completions: what Ollama, vLLM, OpenRouter, Ark and many others speak. */
  chat(model: string, options?: OpenAIChatOptions): Model;
}

/** Makes models. Nothing is read or opened before a model's first call. */
export const openai: OpenAIProvider = Object.assign(
  (model: string, options: OpenAIOptions = {}) => responsesModel(model, options),
  { chat: (model: string, options: OpenAIChatOptions = {}) => chatModel(model, options) },
);
