import { z } from "zod";
import { agent } from "../agent.ts";
import type { AgentDefinition } from "../definition.ts";
import type { Command } from "../protocol/command.ts";
import type { RunEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { hosted } from "./hosted-model.ts";
import { fallbacks } from "./scenario-models.ts";
import { approve, saysAndApproves } from "./scenario-people.ts";
import { tools, type World } from "./scenario-tools.ts";
import { toolsets } from "./scenario-toolsets.ts";

export interface Scenario {
  /** The first one is run. Fresh models and tools, as another process would have them. */
  agents(world: World): readonly AgentDefinition[];
  /** What the people around the run do when they see an event. The same event always gets the same command. */
  user?(event: RunEvent): Command | undefined;
  /** What people say changes what a model is asked, and a stop what it says: then only the end is the same after a cut. */
  readonly onlyEnd?: true;
}

const done = { text: "All is done." };
const call = (name: string, input: Json) => ({ name, input });

const steering = (when: RunEvent["type"]): Scenario => ({
  onlyEnd: true,
  agents: (world) => [
    agent({
      name: "root",
      model: scriptedModel(
        (request) => {
          const asked = JSON.stringify(request.messages.findLast(({ role }) => role === "user"));
          if (asked.includes("more")) return { text: "That was more." };
          const paid = JSON.stringify(request.messages).includes('"paid"');
          return paid ? done : { text: "I pay now.", calls: [call("pay", { to: "bob" })] };
        },
        { delayMs: 10 },
      ),
      tools: tools(world),
    }),
  ],
  user: (event) =>
    event.type === when
      ? {
          type: "message",
          id: "steer",
          message: { id: "msg_more", role: "user", parts: [{ type: "text", text: "more" }] },
        }
      : undefined,
});

const wires: Scenario["agents"] = (world) => [
  agent({
    name: "root",
    model: scriptedModel([{ calls: [call("wire", { to: "bob" })] }, done]),
    tools: tools(world),
  }),
];

/** The runs whose every prefix is taken up again. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "parallel tools, idempotent and not": {
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel([
          {
            reasoning: "Both at once.",
            text: "I go.",
            calls: [
              call("read", { path: "a" }),
              call("pay", { to: "bob" }),
              call("note", { text: "x" }),
              call("pay", { to: "eve" }),
            ],
          },
          done,
        ]),
        tools: tools(world),
      }),
    ],
  },
  "calls that cannot run": {
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel([
          {
            calls: [
              { name: "read", args: '{"path": ' },
              call("gone", {}),
              call("pay", { to: 1 }),
              call("read", { path: "b" }),
            ],
          },
          done,
        ]),
        tools: tools(world),
      }),
    ],
  },
  "an approval that is given": {
    user: approve(true),
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel([
          { calls: [call("wire", { to: "bob" }), call("read", { path: "a" })] },
          done,
        ]),
        tools: tools(world),
      }),
    ],
  },
  "an approval that is denied": { user: approve(false), agents: wires },
  "an approval that expires": { agents: wires },
  "a client's tool": {
    user: (event) => {
      if (event.type !== "run.waiting") return undefined;
      const wait = event.for.find(({ type }) => type === "result");
      const call = wait?.call;
      return call === undefined
        ? undefined
        : { type: "result", id: `got-${call}`, call, output: { hex: "#0a7" } };
    },
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel([{ calls: [call("pick", {}), call("pay", { to: "bob" })] }, done], {
          delayMs: 1,
        }),
        tools: tools(world),
      }),
    ],
  },
  "sub-agents in parallel, one in the other": {
    user: approve(true),
    agents: (world) => {
      const inner = agent({
        name: "inner",
        model: scriptedModel([{ calls: [call("wire", { to: "x" })] }, { text: "Inner." }]),
        tools: { wire: tools(world).wire },
      });
      const worker = agent({
        name: "worker",
        model: scriptedModel([
          { calls: [call("pay", { to: "y" }), call("inner", { prompt: "Deeper." })] },
          { text: "Worker." },
        ]),
        tools: { pay: tools(world).pay, inner },
      });
      return [
        agent({
          name: "root",
          model: scriptedModel([
            { calls: [call("worker", { prompt: "One." }), call("worker", { prompt: "Two." })] },
            done,
          ]),
          tools: { worker },
        }),
      ];
    },
  },
  "tools of toolsets": toolsets,
  "tools that the provider runs": {
    agents: (world) => [agent({ name: "root", model: hosted, tools: tools(world) })],
  },
  "steering while the run waits": {
    user: saysAndApproves(),
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel(({ messages }) =>
          messages.some(({ parts }) => parts.some(({ type }) => type === "tool"))
            ? done
            : { calls: [call("wire", { to: "bob" })] },
        ),
        tools: tools(world),
      }),
    ],
  },
  "a hand-off": {
    agents: (world) => {
      const expert = agent({
        name: "expert",
        model: scriptedModel(({ messages }) =>
          JSON.stringify(messages).includes('"path":"e"')
            ? { text: "The expert says." }
            : { calls: [call("read", { path: "e" })] },
        ),
        tools: { read: tools(world).read },
      });
      return [
        agent({
          name: "root",
          model: scriptedModel([
            { calls: [call("pay", { to: "bob" }), call("transfer_to_expert", {})] },
          ]),
          tools: { pay: tools(world).pay },
          handoffs: [expert],
        }),
      ];
    },
  },
  "retries, before and after the first delta": {
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel([
          {
            text: "I look it up.",
            calls: [call("read", { path: "a" })],
            error: { code: "rate-limited", message: "slow down", times: 1, retryAfterMs: 10 },
          },
          {
            ...done,
            error: { code: "model-error", message: "cut", retryable: true, times: 2, after: 2 },
          },
        ]),
        tools: tools(world),
        // Fresh models fail again, and the log counts what failed before a cut.
        maxRetries: 20,
      }),
    ],
  },
  "fallbacks, in the root and in a sub-agent": fallbacks,
  "a model that fails for good": {
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel([
          { calls: [call("pay", { to: "bob" })] },
          {
            text: "I am about to",
            error: { code: "context-length", message: "too long", after: 2 },
          },
        ]),
        tools: tools(world),
      }),
    ],
  },
  "a structured output that is repaired": {
    agents: () => [
      agent({
        name: "root",
        model: scriptedModel((request) =>
          request.instructions?.includes("did not fit")
            ? { text: '{"n":1}' }
            : { text: '{"n":"one"}' },
        ),
        output: z.object({ n: z.number() }),
      }),
    ],
  },
  "a limit that is reached": {
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel(() => ({ calls: [call("read", { path: "again" })] })),
        tools: tools(world),
        limits: { steps: 3 },
      }),
    ],
  },
  "a cancel": {
    onlyEnd: true,
    user: (event) =>
      event.type === "text.completed"
        ? { type: "cancel", id: "stop", by: "ann", reason: "enough" }
        : undefined,
    agents: (world) => [
      agent({
        name: "root",
        model: scriptedModel([{ text: "I go on and on.", hang: true }]),
        tools: tools(world),
      }),
    ],
  },
  "steering in mid-step": steering("text.delta"),
  "steering while a tool runs": steering("tool.started"),
};
