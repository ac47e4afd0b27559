import fc from "fast-check";
import { expect, test } from "vitest";
import { BlockCutter, cutBlocks } from "../src/page/markdown/block-cutter.ts";

const piece = fc.constantFrom(
  "word ",
  "**bold** ",
  "\n",
  "\n\n",
  "- item\n",
  "  - nested\n",
  "1. first\n",
  "# Title\n",
  "Title\n===\n",
  "> quote\n",
  "```ts\n",
  "```\n",
  "    code\n",
  "| a | b |\n",
  "| --- | --- |\n",
  "---\n",
  "<b>",
  "<div>\n",
  "</div>\n",
  "[a]: /b\n",
  "\r\n",
  "\t",
  "`",
  "*",
);
/** Begins with a word: a text that shows nothing has no block to be in. */
const texts = fc.array(piece, { maxLength: 30 }).map((pieces) => ["word\n\n", ...pieces]);

test("blocks are the text, cut: nothing is lost, added or moved", () => {
  fc.assert(
    fc.property(texts, (pieces) => {
      const text = pieces.join("");
      expect(cutBlocks(text).join("")).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test("nor is it at any moment while the text grows", () => {
  fc.assert(
    fc.property(texts, (pieces) => {
      const cutter = new BlockCutter();
      let text = "";
      for (const piece of pieces) {
        text += piece;
        expect(cutter.cut(text).join("")).toBe(text);
      }
    }),
    { numRuns: 500 },
  );
});

test("a text that grows character by character is cut as if it had come at once", () => {
  const text = [
    "# Title\n\nA paragraph\nof two lines.\n\n- one\n\n- two\n  - three\n\n",
    "```ts\nconst a = 1;\n\n# no title\n```\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n",
    "Setext\n---\n\n> quote\nlazy\n\n1. one\n2. two\n\n---\n\nThe end.",
  ].join("");
  const cutter = new BlockCutter();
  for (let i = 1; i < text.length; i++) cutter.cut(text.slice(0, i));
  expect(cutter.cut(text)).toEqual(cutBlocks(text));
  expect(cutBlocks(text)).toHaveLength(10);
});

test("begins anew with a text that does not go on from the last one", () => {
  const cutter = new BlockCutter();
  cutter.cut("one\n\ntwo");
  expect(cutter.cut("three")).toEqual(["three"]);
});
