import type { ModelEvent } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import type { ItemContext, ItemReader, OutputItem } from "./item-reader.ts";

/** Everything else: kept as it is, because the provider wants it back. */
export function opaqueItem(ctx: ItemContext): ItemReader {
  return {
    push: () => [],
    done(item: OutputItem) {
      const opaque: ModelEvent = {
        type: "opaque.added",
        provider: { [ctx.key]: item as unknown as Json },
      };
      return item.type === "mcp_approval_request" ? [opaque, unanswerable] : [opaque];
    },
    cut: () => [],
  };
}

/** Runwire asks people about the tools it runs; OpenAI runs this one. */
const unanswerable: ModelEvent = {
  type: "warning.raised",
  code: "hosted-approval",
  message:
    'OpenAI asks to approve an MCP call that it would run itself, and nobody can answer. Set require_approval: "never" on that hosted tool, or give the agent the MCP server\'s tools.',
};
