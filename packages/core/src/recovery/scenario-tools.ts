import { z } from "zod";
import { clientTool } from "../client-tool.ts";
import type { ToolContext } from "../definition.ts";
import { sleep } from "../signal.ts";
import type { Effect } from "../testing/log-checks/effects.ts";
import { tool } from "../tool.ts";

/** What a run of a scenario leaves behind outside of its log. */
export interface World {
  readonly ledger: Effect[];
}

export const idempotentTools: ReadonlySet<string> = new Set(["read", "note"]);

/** Tools that write down their effect the moment they have it. */
export function tools({ ledger }: World) {
  const effect = ({ call, attempt }: ToolContext): void => void ledger.push({ call, attempt });
  return {
    read: tool({
      description: "Reads, and may do so twice",
      input: z.object({ path: z.string() }),
      idempotent: true,
      async *execute({ path }, ctx) {
        yield { percent: 50 };
        effect(ctx as ToolContext);
        ctx.print(`reading ${path}\n`);
        return { path };
      },
    }),
    note: tool({
      description: "Keeps a note in the shared state",
      input: z.object({ text: z.string() }),
      idempotent: true,
      execute: async ({ text }, ctx) => {
        effect(ctx as ToolContext);
        ctx.emit("noted", { text }, { id: "n" });
        ctx.patch([{ op: "add", path: "/note", value: text }]);
        return null;
      },
    }),
    pay: tool({
      description: "Pays, once",
      input: z.object({ to: z.string() }),
      execute: async ({ to }, ctx) => {
        effect(ctx as ToolContext);
        await sleep(20);
        return { paid: to };
      },
    }),
    wire: tool({
      description: "Pays, if a person agrees",
      input: z.object({ to: z.string() }),
      needsApproval: () => ({ reason: "money", expiresInMs: 60_000 }),
      execute: async ({ to }, ctx) => {
        effect(ctx as ToolContext);
        return { wired: to };
      },
    }),
    pick: clientTool({ description: "Asks the user", output: z.object({ hex: z.string() }) }),
  };
}
