import type { Model } from "../model.ts";

/** A model whose provider runs tools of its own, within the response. */
export const hosted: Model = {
  id: "hosted/model",
  async *stream({ messages }) {
    const usage = { inputTokens: 3, outputTokens: 2 };
    if (messages.some(({ role }) => role === "assistant")) {
      yield { type: "text.started", id: "t" };
      yield { type: "text.delta", id: "t", delta: "All is done." };
      yield { type: "text.completed", id: "t" };
      yield { type: "finish", finishReason: "stop", usage };
      return;
    }
    const provider = { hosted: { id: "ws_1" } };
    yield { type: "opaque.added", provider };
    for (const [call, settled] of [
      ["1", { type: "tool.completed", output: { hits: 2 } }],
      ["2", { type: "tool.failed", error: { code: "tool-error", message: "Nothing found." } }],
    ] as const) {
      yield { type: "tool.args.started", call, name: "web_search" };
      yield { type: "tool.called", call, name: "web_search", args: "{}", executor: "provider" };
      yield { ...settled, call, provider };
    }
    yield { type: "tool.called", call: "3", name: "pay", args: '{"to":"bob"}' };
    yield { type: "source.added", url: "https://example.com" };
    yield { type: "finish", finishReason: "tool-calls", usage, provider };
  },
};
