import { expect, it } from "vitest";
import { cutText, messageOf } from "./message-of.ts";

it.each<[string, unknown, string]>([
  ["an error", new Error("No."), "No."],
  ["an error without a message", new TypeError(), "TypeError"],
  ["a text", "No.", "No."],
  ["nothing", undefined, "undefined"],
  ["what no text can be made of", Object.create(null), "Something was thrown that is no error."],
  [
    "an error that throws when it is read",
    Object.defineProperty(new Error(), "message", {
      get() {
        throw new Error("Never.");
      },
    }),
    "Something was thrown that is no error.",
  ],
])("makes a message of %s", (_, thrown, expected) => {
  expect(messageOf(thrown)).toBe(expected);
});

it("cuts a long message, and no character in two", () => {
  expect(messageOf(new Error("x".repeat(10_000))).length).toBe(4_096);
  expect(cutText("😀😀😀", 6)).toBe("😀😀😀");
  expect(cutText("😀😀😀", 4)).toBe("😀\ufffd…");
});
