import type { Model } from "@runwire/core";
import { callOptions } from "./call-options.ts";
import type { AiSdkModel, AiSdkOptions } from "./options.ts";
import { readStream } from "./read-stream.ts";
import { streamReply } from "./stream-reply.ts";

/** A model of any AI SDK provider as a model of Runwire. Nothing is read or opened before its first call. */
export function aiSdk(model: AiSdkModel, options: AiSdkOptions = {}): Model {
  checkVersion(model);
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

function checkVersion({ provider, modelId, specificationVersion }: AiSdkModel): void {
  if (specificationVersion === "v4") return;
  throw new TypeError(
    `${provider}'s ${modelId} speaks version ${String(specificationVersion)} of the AI SDK's provider interface, and aiSdk() speaks v4. Update the provider's package to the one for AI SDK 7.`,
  );
}
