import type { Model } from "@runwire/core";
import { lazyConnect, modelId } from "./connection.ts";
import type { OpenAIOptions } from "./options.ts";
import { readReply } from "./read-reply.ts";
import { responseReply } from "./response-reply.ts";
import { responseBody } from "./response-request.ts";
import { customField } from "./response-tools.ts";

/** A model behind the Responses API. */
export function responsesModel(model: string, options: OpenAIOptions): Model {
  const connect = lazyConnect(options, "responses");
  return {
    id: modelId(options, model),
    async *stream(request, { signal }) {
      const { client, asked, key } = connect();
      const body = responseBody(model, request, options, { genuine: asked.genuine, key });
      const reply = responseReply({
        asked,
        key,
        price: options.price,
        json: request.output !== undefined,
        stored: body.store === true,
        customField: (tool) => customField(request.tools, tool),
      });
      // The loop retries, and says so in the log.
      const open = () => client.responses.create(body, { signal, maxRetries: 0 });
      yield* readReply(open, reply, asked, signal);
    },
  };
}
