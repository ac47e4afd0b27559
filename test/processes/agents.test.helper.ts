import { setTimeout as sleep } from "node:timers/promises";
import { agent, type Model, type ModelRequest, tool } from "@runwire/core";
import { textOf } from "@runwire/core/protocol";
import { scriptedModel } from "@runwire/core/testing";
import { z } from "zod";
import type { Note } from "./ledger.test.helper.ts";
import type { Point } from "./moment.test.helper.ts";

/** What agents have of the world. */
export interface World {
  note(entry: Note): void;
  reached(point: Point): void;
}

/** Calls of this one may run again. */
export const idempotentTools: ReadonlySet<string> = new Set(["look"]);

/** Long enough to be struck in the middle. */
const workMs = 5;

/** Agents whose models say the same in every process. */
export function cast(world: World) {
  const effect = async ({ run, call, attempt }: Effecting): Promise<void> => {
    world.reached("begun");
    await sleep(workMs);
    world.note({ type: "effect", run, call, attempt });
    world.reached("effected");
    await sleep(workMs);
  };
  const pay = tool({
    description: "Pay somebody",
    input: z.object({ to: z.string() }),
    async execute({ to }, ctx) {
      await effect(ctx);
      return { paid: to };
    },
  });
  const look = tool({
    description: "Look something up",
    idempotent: true,
    input: z.object({ what: z.string() }),
    async execute({ what }, ctx) {
      await effect(ctx);
      return { seen: what };
    },
  });
  const sign = tool({
    description: "Sign something",
    input: z.object({ withinMs: z.number().optional() }),
    needsApproval: ({ withinMs }) => (withinMs === undefined ? true : { expiresInMs: withinMs }),
    async execute(_, ctx) {
      await effect(ctx);
      return { signed: true };
    },
  });
  const helper = agent({
    name: "helper",
    description: "Helps",
    model: scriptedModel(
      [{ text: "I help.", calls: [{ name: "pay", input: { to: "carol" } }] }, { text: "Helped." }],
      { delayMs: 1 },
    ),
    tools: { pay },
  });
  return [
    /** Does a bit of everything: parallel calls, a person's yes, a sub-agent. */
    agent({
      name: "clerk",
      model: scriptedModel(
        [
          {
            reasoning: "Three at once.",
            text: "I begin.",
            calls: [
              { name: "pay", input: { to: "ann" } },
              { name: "look", input: { what: "the books" } },
              { name: "pay", input: { to: "bob" } },
            ],
          },
          { text: "This one has to be signed.", calls: [{ name: "sign", input: {} }] },
          { calls: [{ name: "helper", input: { prompt: "Help me." } }] },
          { text: "All is done, and all is well." },
        ],
        { delayMs: 1 },
      ),
      tools: { pay, look, sign, helper },
    }),
    agent({
      name: "payer",
      model: scriptedModel([
        { calls: [{ name: "pay", input: { to: "ann" } }] },
        { text: "Paid, or not." },
      ]),
      tools: { pay },
    }),
    /** Waits for a signature: as long as the user says, in ms, or for ever. */
    agent({
      name: "signer",
      model: scriptedModel((request, n) => {
        const within = Number(askedOf(request));
        const input = Number.isNaN(within) ? {} : { withinMs: within };
        return n === 0 ? { calls: [{ name: "sign", input }] } : { text: "That was that." };
      }),
      tools: { sign },
    }),
    /** Says as many words as the user wants. */
    agent({ name: "talker", model: talker(world) }),
  ] as const;
}

interface Effecting {
  readonly run: string;
  readonly call: string;
  readonly attempt: number;
}

function talker(world: World): Model {
  return {
    id: "test/talker",
    async *stream(request, { signal }) {
      const { pid } = process;
      world.note({ type: "asked", run: request.run, pid });
      signal.addEventListener("abort", () =>
        world.note({ type: "aborted", run: request.run, pid }),
      );
      yield { type: "text.started", id: "t" };
      for (let word = 1; word <= Number(askedOf(request)); word++) {
        await sleep(workMs, undefined, { signal }).catch(() => {});
        if (signal.aborted) return;
        yield { type: "text.delta", id: "t", delta: `${word} ` };
      }
      yield { type: "text.completed", id: "t" };
      const usage = { inputTokens: 1, outputTokens: 1 };
      yield { type: "finish", finishReason: "stop", usage };
    },
  };
}

function askedOf({ messages }: ModelRequest): string {
  return textOf(messages.findLast(({ role }) => role === "user")?.parts ?? []);
}
