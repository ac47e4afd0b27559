import { type ModelHarness, modelCases } from "@runwire/core/testing";
import { describe, test } from "vitest";
import { anthropic } from "./anthropic.ts";
import { end, interleaved, messageStream, text, thinking } from "./messages-wire.test.helper.ts";
import { refuse, stream, type WireServer, wireServer } from "./wire-server.test.helper.ts";

describe("the Messages API", () => {
  const harness = async (): Promise<ModelHarness> => {
    const server = await wireServer();
    const begun = (said: string) => messageStream(text(0, said).slice(0, -1), []);
    const filtered = end("refusal", {
      stop_details: { type: "refusal", category: "bio", explanation: null },
    });
    return {
      model: anthropic("claude-opus-5-5", { baseURL: server.baseURL, apiKey: "sk-ant-test" }),
      text: (said) => server.answer(stream(messageStream(text(0, said)))),
      reasoning: (thought, said) =>
        server.answer(stream(messageStream([...thinking(0, thought), ...text(1, said)]))),
      calls: (calls) => server.answer(stream(messageStream(interleaved(calls), end("tool_use")))),
      empty: () => server.answer(stream("")),
      cut: (said) => server.answer(stream(begun(said))),
      broken: (said) => server.answer(stream(begun(said), { ending: "break" })),
      refuse: (status, headers) =>
        server.answer(refuse(status, { type: "api_error", message: "No." }, headers)),
      filtered: (said) => server.answer(stream(messageStream(text(0, said), filtered))),
      hang: (said) => hang(server, begun(said)),
      requests: () => server.asked.length,
      close: () => server.close(),
    };
  };

  for (const { name, run } of modelCases) test(name, () => run(harness));
});

function hang(server: WireServer, text: string): { readonly closed: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.answer((response, asked) => {
    asked.closed.then(resolve);
    return stream(text, { ending: "hang" })(response, asked);
  });
  return { closed: promise };
}
