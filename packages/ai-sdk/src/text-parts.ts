import type { LanguageModelV4Citation, SharedV4ProviderMetadata } from "@ai-sdk/provider";
import type { ModelEvent } from "@runwire/core";
import { toJson, withMetadata } from "./part-data.ts";
import { toSource } from "./source.ts";

type Kind = "text" | "reasoning";

/**
 * The texts and thoughts of one answer. Providers use an id again once its part has ended, and for a text and a thought
 * at once. Metadata may come with any piece of a part; the last stands for all.
 */
export function textParts({ key, json }: { readonly key: string; readonly json: boolean }) {
  interface Open {
    readonly id: string;
    readonly kind: Kind;
    metadata: SharedV4ProviderMetadata | undefined;
  }
  const open = new Map<string, Open>();
  let count = 0;

  function start(
    kind: Kind,
    theirs: string,
    metadata: SharedV4ProviderMetadata | undefined,
  ): readonly ModelEvent[] {
    const before = close(kind, theirs, undefined);
    const id = `${kind}${count++}`;
    open.set(`${kind} ${theirs}`, { id, kind, metadata });
    return [
      ...before,
      kind === "text"
        ? { type: "text.started", id, ...(json && { format: "json" as const }) }
        : { type: "reasoning.started", id },
    ];
  }

  function delta(
    kind: Kind,
    theirs: string,
    text: string,
    metadata: SharedV4ProviderMetadata | undefined,
  ): readonly ModelEvent[] {
    const name = `${kind} ${theirs}`;
    const started = open.has(name) ? [] : start(kind, theirs, metadata);
    const part = open.get(name) as Open;
    part.metadata = metadata ?? part.metadata;
    if (text === "") return started;
    return [...started, { type: `${kind}.delta`, id: part.id, delta: text }];
  }

  function close(
    kind: Kind,
    theirs: string,
    metadata: SharedV4ProviderMetadata | undefined,
    citations: readonly LanguageModelV4Citation[] = [],
  ): readonly ModelEvent[] {
    const part = open.get(`${kind} ${theirs}`);
    if (part === undefined) return [];
    open.delete(`${kind} ${theirs}`);
    return [...citations.map((citation) => toSource(citation, part.id)), end(part, metadata)];
  }

  function end({ kind, id, metadata: own }: Open, metadata = own): ModelEvent {
    // A provider that signs nothing wants its thoughts back all the same.
    const keep = metadata !== undefined || kind === "reasoning";
    const provider = keep && { provider: { [key]: toJson(withMetadata(metadata)) } };
    return { type: `${kind}.completed`, id, ...provider };
  }

  return {
    start,
    delta,
    close,
    /** The answer ended, and the provider had not closed these. */
    finish(): readonly ModelEvent[] {
      const events = [...open.values()].map((part) => end(part));
      open.clear();
      return events;
    },
  };
}
