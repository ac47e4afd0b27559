import { expect, it } from "vitest";
import { StepRecorder } from "./step-recorder.ts";

it("keeps the provider's data of a call that nobody can take: it must go back", () => {
  const recorder = new StepRecorder();
  recorder.begin(0);
  const provider = { p: { id: "x" } };
  recorder.called(
    { type: "tool.called", call: "1", name: "t", args: "{", provider },
    { error: { code: "invalid-input", message: "It is not JSON." } },
  );
  expect(recorder.take().at(-1)).toMatchObject({ type: "tool.failed", provider });
});
