import { tool } from "@runwire/core";
import Formula from "fparser";
import { z } from "zod";

export const calculate = tool({
  description:
    "Works out an arithmetic expression: + - * / ^, parentheses, and functions such as sqrt, sin, round, max.",
  input: z.object({ expression: z.string().trim().min(1).max(200) }),
  idempotent: true,
  execute({ expression }) {
    // A parser and an interpreter of its own: nothing is handed to JavaScript.
    const value: unknown = Formula.calc(expression, {});
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new Error(`“${expression}” does not come to a number.`);
    }
    return { expression, value };
  },
});
