import type { Model } from "../model.ts";
import type { Json } from "../protocol/json.ts";
import { textOf } from "../protocol/selectors.ts";
import { createRandom, type Random } from "../testing/random-log/random.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import type { ScriptedCall, ScriptedStep } from "../testing/scripted-step.ts";

/** Calls of these take an intent: a text that no other call of the simulation has. */
const simTools = ["read", "write", "slow", "fickle", "note", "pay", "sign", "pick", "ask"];

export interface SimModelOptions {
  readonly seed: number;
  readonly agent: string;
  /** What this agent's model may call. */
  readonly calls: readonly string[];
  /** What a step may pause before each delta, in ms. */
  readonly delayMs: number;
  /** Gets the ids of each request's messages. */
  readonly heard: Set<string>;
}

/**
 * A model whose answers are a function of the history, through the newest user message's text and the number of steps
 * since: so every process that asks it the same gets the same, and each thing that it wants done has a name of its own.
 */
export function simModel({ seed, agent, calls, delayMs, heard }: SimModelOptions): Model {
  return scriptedModel(
    (request, n) => {
      for (const { id } of request.messages) heard.add(id);
      const turn = textOf(request.messages.findLast(({ role }) => role === "user")?.parts ?? []);
      return stepOf(createRandom(hash(`${seed} ${turn} ${agent} ${n}`)), {
        last: n >= 1 + (hash(`${seed} ${turn} ${agent}`) % 3),
        calls,
        intent: (i) => `${turn}/${agent}.${n}.${i}`,
      });
    },
    { id: `sim/${agent}`, delayMs },
  );
}

function stepOf(
  random: Random,
  plan: {
    readonly last: boolean;
    readonly calls: readonly string[];
    readonly intent: (index: number) => string;
  },
): ScriptedStep {
  const said = { text: "One two three four.", ...trouble(random) };
  if (plan.last) return said;
  const count = 1 + random.int(3);
  const calls = Array.from({ length: count }, (_, i): ScriptedCall => {
    const name = plan.calls[random.int(plan.calls.length)] ?? "";
    return random.oneIn(30) ? { name, args: "{" } : { name, input: inputOf(name, plan.intent(i)) };
  });
  return random.oneIn(2) ? { ...said, calls } : { calls, ...trouble(random) };
}

function inputOf(name: string, intent: string): Json {
  if (name.startsWith("transfer_to_")) return {};
  return simTools.includes(name) ? { intent } : { prompt: intent };
}

/** Some attempts fail at first: before the first delta, or after it, or after a call. Each process counts for itself. */
function trouble(random: Random): Pick<ScriptedStep, "error"> {
  if (!random.oneIn(6)) return {};
  const retryAfterMs = 1 + random.int(200);
  const [after, times] = [random.int(12), 1 + random.int(2)];
  return { error: { code: "rate-limited", message: "Slow down.", retryAfterMs, after, times } };
}

/** FNV-1a. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return value;
}
