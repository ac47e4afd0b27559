import { expect, test } from "vitest";
import { expressionIn, keywords, noteNameOf, topicOf } from "../src/server/demo/words.ts";
import { noteName } from "../src/server/notes.ts";

test.each([
  ["What is (12 + 30) * 1.5?", "(12 + 30) * 1.5"],
  ["12 × 7", "12 * 7"],
  ["How much is 2^10?", "2^10"],
  ["sqrt(2) please", "sqrt(2)"],
  ["3 - 5.", "3 - 5"],
  ["Call me at 10", undefined],
  ["version 1.2.3 of it", undefined],
  ["Hello (again)", undefined],
])("finds the expression in %j", (text, expression) => {
  expect(expressionIn(text)).toBe(expression);
});

test.each([
  ["Search the docs for backpressure", "backpressure"],
  ["How do I resume a run, and what is a cursor?", "resume run cursor"],
  ["Search for it", ""],
])("keeps the words of %j that matter", (text, words) => {
  expect(keywords(text)).toBe(words);
});

test.each([
  ["Plan a talk about resuming a run.", "resuming a run"],
  ["Write a note on   sub-agents", "sub-agents"],
  ["Plan cursors", "cursors"],
])("finds what %j is about", (text, topic) => {
  expect(topicOf(text)).toBe(topic);
});

test.each(["../../etc/passwd", "", "¿?", "x".repeat(200), "Ünïcödé – und mehr"])(
  "makes a note's name of %j",
  (text) => {
    expect(noteName.safeParse(noteNameOf(text)).success).toBe(true);
  },
);
