import type { Model } from "@runwire/core";
import { chatReply } from "./chat-reply.ts";
import { chatBody } from "./chat-request.ts";
import { lazyConnect, modelId } from "./connection.ts";
import type { OpenAIChatOptions } from "./options.ts";
import { readReply } from "./read-reply.ts";

/** A model behind Chat Completions. */
export function chatModel(model: string, options: OpenAIChatOptions): Model {
  const connect = lazyConnect(options, "chat");
  return {
    id: modelId(options, model),
    async *stream(request, { signal }) {
      const { client, asked, key } = connect();
      const body = chatBody(model, request, options, { genuine: asked.genuine, key });
      const json = request.output !== undefined;
      const reply = chatReply({ asked, key, price: options.price, json });
      // The loop retries, and says so in the log.
      const open = () => client.chat.completions.create(body, { signal, maxRetries: 0 });
      yield* readReply(open, reply, asked, signal);
    },
  };
}
