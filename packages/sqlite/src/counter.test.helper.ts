import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { agent, tool } from "@runwire/core";
import { type Effect, scriptedModel } from "@runwire/core/testing";

/** An agent whose tool has effects that nobody can take back: lines in a file. */
export function counter(ledger: string) {
  const twice = [
    { name: "count", input: {} },
    { name: "count", input: {} },
  ];
  return agent({
    name: "counter",
    model: scriptedModel([
      { calls: twice },
      { text: "And again.", calls: twice },
      { text: "Done." },
    ]),
    tools: {
      count: tool({
        description: "Counts",
        async execute(_, { run, call, attempt }) {
          appendFileSync(ledger, `${run} ${call} ${attempt}\n`);
          await sleep(10);
          return { counted: true };
        },
      }),
    },
  });
}

/** The effects of one run, as the file has them. */
export function effectsOf(ledger: string, run: string): readonly Effect[] {
  const lines = ledger.split("\n").map((line) => line.split(" "));
  return lines.flatMap(([of, call = "", attempt]) =>
    of === run ? [{ call, attempt: Number(attempt) }] : [],
  );
}
