import type { Json } from "@runwire/core/protocol";
import type { BlockContext, BlockReader } from "./block-reader.ts";

/** Everything else: kept as it is, because the provider wants it back. One that came in pieces nobody can put together. */
export function opaqueBlock(ctx: BlockContext, block: unknown): BlockReader {
  let whole = true;
  return {
    start: [],
    push() {
      whole = false;
      return [];
    },
    stop: () => (whole ? [{ type: "opaque.added", provider: { [ctx.key]: block as Json } }] : []),
    cut: () => [],
  };
}
