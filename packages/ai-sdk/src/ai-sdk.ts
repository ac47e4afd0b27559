import type { Model } from "@runwire/core";
import { callOptions } from "./call-options.ts";
import { fromV3 } from "./from-v3.ts";
import type { AiSdkModel, AiSdkOptions, ModelV4 } from "./options.ts";
import { readStream } from "./read-stream.ts";
import { streamReply } from "./stream-reply.ts";

/** A model of any AI SDK provider as a model of Runwire. Nothing is read or opened before its first call. */
export function aiSdk(given: AiSdkModel, options: AiSdkOptions = {}): Model {
  const model = toV4(given);
  const [provider = model.provider] = model.provider.split(".");
  // What one API of a provider gave, another of its APIs may refuse.
  const key = `ai-sdk:${model.provider}`;
  return {
    id: `${provider}/${model.modelId}`,
    async *stream(request, { signal }) {
      const asked = { provider, modelId: model.modelId };
      const open = async () => {
        const call = await callOptions(model, request, options, key);
        return (await model.doStream({ ...call, abortSignal: signal })).stream;
      };
      const json = request.output !== undefined;
      yield* readStream(open, streamReply({ key, json, price: options.price }), asked, signal);
    },
  };
}

function toV4(model: AiSdkModel): ModelV4 {
  switch (model.specificationVersion) {
    case "v4":
      return model;
    case "v3":
      return fromV3(model);
    default:
      throw unknownVersion(model);
  }
}

function unknownVersion({ provider, modelId, specificationVersion }: ModelV4): TypeError {
  return new TypeError(
    `${provider}'s ${modelId} speaks version ${String(specificationVersion)} of the AI SDK's provider interface, and aiSdk() speaks v3 and v4. Update the provider's package to the one for AI SDK 7.`,
  );
}
