import type { LanguageModelV4CustomPart, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { Json, JsonObject } from "@runwire/core/protocol";

/**
 * What goes back to the provider with a part, under this adapter's key: the metadata that the provider gave with it,
 * signatures among them, which become the part's `providerOptions`.
 */
export interface PartData {
  readonly metadata?: SharedV4ProviderMetadata;
}

/** Of a call. */
export interface CallData extends PartData {
  readonly id: string;
}

/** Of a call that the provider ran. `result` absent: a later answer has it, as an opaque part. */
export interface HostedData extends CallData {
  readonly result?: ResultData;
}

interface ResultData extends PartData {
  /** What the provider answered, when the call failed. */
  readonly failure?: Json;
}

/** Of an opaque part: what only its provider understands. */
export type OpaqueData = PartData &
  (
    | { readonly type: "custom"; readonly kind: LanguageModelV4CustomPart["kind"] }
    | {
        readonly type: "reasoning-file";
        readonly mediaType: string;
        /** `https:` or `data:`. */
        readonly url: string;
      }
    | {
        readonly type: "tool-result";
        readonly id: string;
        readonly name: string;
        readonly output: Json;
        readonly failed?: true;
      }
  );

/** Types of the AI SDK keep no promise to be JSON, but their values are. */
export function toJson(data: PartData | OpaqueData): JsonObject {
  return data as unknown as JsonObject;
}

/** `{ metadata }`, where there is any. */
export function withMetadata(metadata: SharedV4ProviderMetadata | undefined): PartData {
  return metadata === undefined ? {} : { metadata };
}

/** `{ providerOptions }`, where there was metadata. */
export function withOptions(data: PartData | undefined) {
  return data?.metadata === undefined ? {} : { providerOptions: data.metadata };
}
