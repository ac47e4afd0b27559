import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/client";
import { expect, test } from "vitest";
import { toContent, toFailure, toOutput } from "./content.ts";

const text = (value: string): ContentBlock => ({ type: "text", text: value });
const image: ContentBlock = { type: "image", data: "AAAA", mimeType: "image/png" };
const link: ContentBlock = { type: "resource_link", uri: "x://y", name: "Y" };

test.each<[string, CallToolResult, unknown]>([
  ["text", { content: [text("a"), text("b")] }, "a\nb"],
  ["nothing", { content: [] }, ""],
  ["structure", { content: [], structuredContent: { a: 1 } }, { a: 1 }],
  [
    "structure and its text",
    { content: [text('{ "a": 1 }')], structuredContent: { a: 1 } },
    { a: 1 },
  ],
  [
    "structure and words of its own",
    { content: [text("one")], structuredContent: { a: 1 } },
    { output: { a: 1 }, content: [{ type: "text", text: "one" }] },
  ],
  [
    "an image",
    { content: [image] },
    {
      output: "[image/png]",
      content: [{ type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA" }],
    },
  ],
])("%s as output", (_, result, expected) => {
  expect(JSON.parse(JSON.stringify(toOutput(result)))).toEqual(expected);
});

test("a resource is text with its address, or a file", () => {
  const resource = { uri: "x://y", text: "hi" };
  expect(toContent({ type: "resource", resource })).toEqual({ type: "text", text: "<x://y>\nhi" });
  expect(toContent({ type: "resource", resource: { uri: "x://y", blob: "AA==" } })).toEqual({
    type: "file",
    mediaType: "application/octet-stream",
    url: "data:application/octet-stream;base64,AA==",
    filename: "x://y",
  });
  expect(toContent(link)).toEqual({ type: "text", text: "[Y](x://y)" });
});

test("what a later version may send is shown as it is", () => {
  const block = { type: "hologram", data: "…" } as unknown as ContentBlock;
  expect(toContent(block)).toEqual({ type: "text", text: JSON.stringify(block) });
});

test("a failure says what there is to say", () => {
  expect(toFailure({ content: [text("no")] })).toBe("no");
  expect(toFailure({ content: [], structuredContent: { code: 7 } })).toBe('{"code":7}');
  expect(toFailure({ content: [] })).toMatch(/not why/);
});
