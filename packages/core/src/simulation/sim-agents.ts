import { z } from "zod";
import { agent } from "../agent.ts";
import { clientTool } from "../client-tool.ts";
import type { AgentDefinition, ToolContext } from "../definition.ts";
import type { Random } from "../testing/random-log/random.ts";
import { tool } from "../tool.ts";
import type { SimProcess } from "./sim-process.ts";
import { hash, simModel } from "./sim-script.ts";

/** What a tool wrote down outside of the log when its effect happened. */
export interface SimEffect {
  readonly run: string;
  readonly call: string;
  readonly attempt: number;
  readonly tool: string;
  /** What the model wanted done; no other call wants the same. */
  readonly intent: string;
  /** When the tool began: its intent was acknowledged before. */
  readonly begun: number;
}

export interface SimWorld {
  readonly seed: number;
  readonly random: Random;
  readonly ledger: SimEffect[];
  /** The ids of the messages that any model was shown. */
  readonly heard: Set<string>;
}

/** The tools that may run again after a crash. */
export const idempotentTools: ReadonlySet<string> = new Set(["read"]);

/** How long a model may take for each delta, in ms. */
const delays = [0, 1, 3, 6, 20, 60];

const input = z.object({ intent: z.string() });
const output = z.object({ ok: z.boolean() });

/** The agents of one process: all processes have the same, each with its own hands. */
export function simAgents(world: SimWorld, process: SimProcess): readonly AgentDefinition[] {
  const { seed, random } = world;
  const tools = simTools(world, process);
  const model = (name: string, calls: readonly string[]) =>
    simModel({
      seed,
      agent: name,
      calls,
      delayMs: delays[seed % delays.length] ?? 0,
      heard: world.heard,
    });
  const coderTools = pick(tools, ["read", "write", "pay", "pick"]);
  const coder = agent({
    name: "coder",
    model: model("coder", Object.keys(coderTools)),
    tools: coderTools,
  });
  const leadTools = { ...pick(tools, ["slow", "sign", "note"]), coder };
  const lead = agent({
    name: "lead",
    model: model("lead", Object.keys(leadTools)),
    tools: leadTools,
    concurrency: 1,
  });
  const closerTools = pick(tools, ["read", "write", "ask"]);
  const closer = agent({
    name: "closer",
    model: model("closer", [...Object.keys(closerTools), "transfer_to_planner"]),
    tools: closerTools,
    handoffs: ["planner"],
  });
  const planned = hash(`${seed} tools`) % 2 === 0 ? tools : pick(tools, ["read", "write", "slow"]);
  const plannerTools = { ...planned, coder, lead };
  const planner = agent({
    name: "planner",
    model: model("planner", [...Object.keys(plannerTools), "transfer_to_closer"]),
    tools: plannerTools,
    handoffs: [closer],
    // Somebody's own code, which takes its time: the history may change meanwhile.
    instructions: async () => {
      await process.sleep(random.int(200));
      return "Plan.";
    },
  });
  return [planner];
}

function simTools(world: SimWorld, process: SimProcess) {
  const { random, ledger } = world;

  /** The effect itself: dead processes have none. */
  const effect = (
    tool: string,
    { intent }: { readonly intent: string },
    { run, call, attempt }: ToolContext,
    begun = Date.now(),
  ): void => {
    if (process.alive) ledger.push({ run, call, attempt, tool, intent, begun });
  };
  const work =
    (name: string, maxMs: number) => async (given: z.infer<typeof input>, ctx: ToolContext) => {
      const begun = Date.now();
      const early = random.oneIn(2);
      if (early) effect(name, given, ctx);
      await process.sleep(random.int(maxMs));
      if (!early) effect(name, given, ctx, begun);
      return { done: given.intent };
    };
  const approval = { reason: "Sure?" };
  return {
    read: tool({ description: "read", input, idempotent: true, execute: work("read", 50) }),
    write: tool({ description: "write", input, execute: work("write", 100) }),
    slow: tool({
      description: "slow",
      input,
      async *execute(given, ctx) {
        effect("slow", given, ctx);
        for (let i = 0; i < 3; i++) {
          yield { step: i };
          ctx.print(`step ${i}\n`);
          // Leaves when it is told to; others do not.
          if (ctx.signal.aborted) return { done: "aborted" };
          await process.sleep(random.int(1_000));
        }
        return { done: given.intent };
      },
    }),
    fickle: tool({
      description: "fickle",
      input,
      timeoutMs: 300,
      async execute(given, ctx) {
        effect("fickle", given, ctx);
        await process.sleep(random.int(600));
        if (random.oneIn(3)) throw new Error("Out of luck.");
        return "done";
      },
    }),
    note: tool({
      description: "note",
      input,
      async execute(given, ctx) {
        effect("note", given, ctx);
        ctx.emit("note", { intent: given.intent }, { id: "newest" });
        ctx.patch([{ op: "add", path: "/noted", value: given.intent }]);
        await process.sleep(random.int(20));
        return null;
      },
    }),
    pay: tool({
      description: "pay",
      input,
      needsApproval: async () => {
        await process.sleep(random.int(10));
        return { ...approval, expiresInMs: 200 + random.int(4_000) };
      },
      execute: work("pay", 30),
    }),
    sign: tool({ description: "sign", input, needsApproval: true, execute: work("sign", 30) }),
    pick: clientTool({ description: "pick", input, output }),
    ask: clientTool({ description: "ask", input, output, needsApproval: true }),
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
