import type { Programs } from "./contract.test.helper.ts";

/** For every Python. */
export const pythonPrograms: Programs = {
  print: (text) => `print("${text}")`,
  printError: (text) => `import sys; print("${text}", file=sys.stderr)`,
  setX: "x = 41",
  showX: "x",
  raise: `def f():\n    raise ValueError("no")\nf()`,
  raised: { name: "ValueError", message: "no" },
  broken: "def f(:",
  loop: "while True: pass",
  stdin: "print(input())",
  copy: `
import os
os.makedirs("out")
with open("out/upper.txt", "w") as out: out.write(open("in.txt").read().upper())`,
  add: "add(1, b=2)",
  fail: "try: fail()\nexcept ToolError as error: print(error)",
  wait: "wait()",
  die: "import os; os._exit(0)",
};
