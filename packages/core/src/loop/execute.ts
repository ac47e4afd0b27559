import type { ToolContext, ToolDefinition } from "../definition.ts";
import { nextMacrotask } from "../macrotask.ts";
import type { Json } from "../protocol/json.ts";
import type { Content, ToolPart } from "../protocol/message.ts";
import { isToolOutput, type ToolOutput } from "../tool-output.ts";
import type { Task } from "./task.ts";

/** Yields after which other work gets its turn: a generator that never waits must not hold up timers and signals. */
const hopYields = 256;

/**
 * Runs a tool's `execute` to its output, and what the model is to see of it where the call itself says so: a value, a promise, or an iterator whose yields are progress. Rejects with
 * what the tool threw, or with a `TimeoutError` or the abort reason at once when its signal fires: a tool that ignores
 * its signal is left behind, it does not hold up the run.
 */
export async function execute(
  task: Task,
  tool: ToolDefinition,
  part: ToolPart,
  input: unknown,
  context: ToolContext,
): Promise<{ readonly output: Json; readonly content?: readonly Content[] }> {
  const work = (async () => {
    const result: unknown = await (
      tool.execute as ((input: never, ctx: ToolContext) => unknown) | undefined
    )?.(input as never, context);
    return isIterator(result) ? drain(task, part, result, context.signal) : result;
  })();
  // When the race below is lost, what the tool still throws is nobody's concern.
  work.catch(() => {});
  const result = await Promise.race([work, aborted(context.signal, work)]);
  if (!isToolOutput(result)) return { output: toJson(result) };
  const { output, content } = toJson(result) as unknown as ToolOutput;
  return { output, content };
}

async function drain(
  task: Task,
  part: ToolPart,
  iterator: AsyncIterator<unknown> | Iterator<unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  const { call, name } = part;
  let finished = false;
  try {
    for (let sinceHop = 1; ; sinceHop++) {
      const { done, value } = await iterator.next();
      if (done) {
        finished = true;
        return value;
      }
      if (signal.aborted) return undefined;
      task.push([{ type: "tool.progressed", call, name, data: toJson(value) }]);
      const full = task.pause();
      if (full !== undefined) await full;
      else if (sinceHop % hopYields === 0) await nextMacrotask();
    }
  } finally {
    if (!finished) await iterator.return?.();
  }
}

function isIterator(value: unknown): value is AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof value !== "object" || value === null) return false;
  const generator = value as {
    next?: unknown;
    [Symbol.asyncIterator]?: unknown;
    [Symbol.iterator]?: unknown;
  };
  return (
    typeof generator.next === "function" &&
    (generator[Symbol.asyncIterator] !== undefined || generator[Symbol.iterator] !== undefined)
  );
}

/** Rejects when the signal fires; its listener goes when the work is done first. */
function aborted(signal: AbortSignal, work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    const remove = (): void => signal.removeEventListener("abort", stop);
    work.then(remove, remove);
  });
}

/** What JSON makes of a value: what goes into the log is what everybody reads, also after a recovery. */
export function toJson(value: unknown): Json {
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  return text === undefined ? null : (JSON.parse(text) as Json);
}
