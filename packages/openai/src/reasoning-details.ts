import type { Json, JsonObject } from "@runwire/core/protocol";

/** OpenRouter's structured reasoning, put together from its pieces in the order in which they came. */
export interface ReasoningDetails {
  push(pieces: readonly JsonObject[]): void;
  all(): readonly JsonObject[];
}

/** The fields of a detail whose pieces are joined. Of all others the newest counts: a signature comes last. */
const texts = ["text", "summary"] as const;

export function reasoningDetails(): ReasoningDetails {
  const details: { [field: string]: Json | undefined }[] = [];
  return {
    push(pieces) {
      for (const piece of pieces) {
        const last = details.at(-1);
        const continues =
          last !== undefined &&
          last.type === piece.type &&
          last.index === piece.index &&
          texts.some((field) => typeof last[field] === "string");
        if (!continues) {
          details.push({ ...piece });
          continue;
        }
        const before = { ...last };
        Object.assign(last, piece);
        for (const field of texts) {
          if (typeof before[field] !== "string") continue;
          last[field] = `${before[field]}${piece[field] ?? ""}`;
        }
      }
    },
    all: () => details,
  };
}
