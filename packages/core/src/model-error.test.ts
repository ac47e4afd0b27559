import { describe, expect, it } from "vitest";
import { ModelError, type ModelErrorOptions } from "./model-error.ts";

const error = (options: Partial<ModelErrorOptions>): ModelError =>
  new ModelError({ code: "model-error", message: "No.", ...options });

describe("ModelError.unavailable", () => {
  it.each<[Partial<ModelErrorOptions>, boolean]>([
    [{}, false],
    [{ retryable: true }, true],
    [{ code: "rate-limited", retryable: false }, true],
    [{ code: "context-length", status: 413 }, false],
    [{ status: 400 }, false],
    [{ status: 401 }, true],
    [{ status: 404 }, true],
    [{ status: 422 }, false],
    [{ status: 429 }, true],
    [{ status: 500 }, true],
    [{ status: 400, unavailable: true }, true],
    [{ retryable: true, unavailable: false }, false],
  ])("of %j is %s", (options, unavailable) => {
    expect(error(options).unavailable).toBe(unavailable);
  });

  it("is the log's business no more than the status is", () => {
    expect(error({ status: 503 }).toRunError()).toEqual({ code: "model-error", message: "No." });
  });
});
