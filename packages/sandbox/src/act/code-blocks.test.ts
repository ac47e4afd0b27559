import { expect, test } from "vitest";
import { programIn } from "./code-blocks.ts";

test.each([
  ["no block", "The answer is `42`.", undefined],
  ["one block", "Look:\n```python\nprint(1)\n```\nThen I know.", "print(1)"],
  ["all blocks", "```py\na = 1\n```\nand\n```Python\nprint(a)\n```", "a = 1\n\nprint(a)"],
  ["only that language", "```json\n{}\n```\n```bash\nls\n```", undefined],
  ["no block without a tag", "```\nsome output\n```", undefined],
  ["a longer fence with a fence in it", "````python\ns = '''\n```\n'''\n````", "s = '''\n```\n'''"],
  ["tildes", "~~~python\n1\n~~~", "1"],
  ["the indentation", "```python\n  x\n    y\n```", "  x\n    y"],
  ["an empty block", "```python\n```", undefined],
  ["a block that was cut off", "```python\nprint(1)\n", undefined],
  ["tags of smolagents", "Thought: …\n<code>\nprint(1)\n</code>", "print(1)"],
  ["tags of CodeAct", "<execute>print(1)</execute>", "print(1)"],
  ["CRLF", "```python\r\nprint(1)\r\n```\r\n", "print(1)"],
])("finds %s", (_, text, program) => {
  expect(programIn(text, "python")).toBe(program);
});

test("knows other names of a language, and languages without any", () => {
  expect(programIn("```js\n1\n```", "javascript")).toBe("1");
  expect(programIn("```ruby\n1\n```", "ruby")).toBe("1");
});
