import type { Model } from "@runwire/core";
import { lazyConnect, modelId } from "./connection.ts";
import { messageReply } from "./message-reply.ts";
import { messageBody } from "./message-request.ts";
import type { AnthropicOptions } from "./options.ts";
import { readReply } from "./read-reply.ts";

/** A model behind Anthropic's Messages API. */
export type AnthropicProvider = (model: string, options?: AnthropicOptions) => Model;

/** Makes models. Nothing is read or opened before a model's first call. */
export const anthropic: AnthropicProvider = (model, options = {}) => {
  const connect = lazyConnect(options);
  return {
    id: modelId(options, model),
    async *stream(request, { signal }) {
      const { client, asked, key } = connect();
      const body = messageBody(model, request, options, { genuine: asked.genuine, key });
      const json = request.output !== undefined;
      const reply = messageReply({ asked, key, json, price: options.price });
      // The loop retries, and says so in the log.
      const open = () => client.messages.create(body, { signal, maxRetries: 0 });
      yield* readReply(open, reply, asked, signal);
    },
  };
};
