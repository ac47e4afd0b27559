import { nextMacrotask } from "../macrotask.ts";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { ModelError } from "../model-error.ts";
import { sleep } from "../signal.ts";
import { aborted } from "./aborted.ts";
import { stepsSoFar, turnOf } from "./scripted-request.ts";
import { type Chunk, finishOf, partsOf, type ScriptedStep } from "./scripted-step.ts";

/** A step that depends on what was said or done before. `n` counts as the script does, from 0. */
export type StepFunction = (
  request: ModelRequest,
  n: number,
) => ScriptedStep | Promise<ScriptedStep>;

/** One entry for each step, or a function for all. */
export type Script = readonly (ScriptedStep | StepFunction)[] | StepFunction;

export interface ScriptedModelOptions {
  /** Default `scripted/model`. */
  readonly id?: string;
  /** Pause before each delta. Default 0: as fast as the reader. */
  readonly delayMs?: number;
  /** Default `words`. */
  readonly chunk?: Chunk;
}

/** Other work gets its turn after this many events. */
const hopEvents = 256;

/**
 * A model that says what the script says, through the real loop and with real tools, without a key:
 *
 * ```ts
 * const model = scriptedModel([
 *   { calls: [{ name: "search", input: { query: "runs" } }] },
 *   (request) => ({ text: `Found ${JSON.stringify(lastOutput(request, "search"))}.` }),
 * ]);
 * ```
 *
 * Which step is next is read off the request, never counted in memory, so that a run which is cut and taken up in
 * another process gets the same answers: it is the number of steps the agent has made since the newest user message.
 * Each user message thus begins the script anew, and each agent has its own. A request past the last step fails.
 */
export function scriptedModel(script: Script, options: ScriptedModelOptions = {}): Model {
  const { id = "scripted/model", delayMs = 0, chunk = "words" } = options;
  if (chunk !== "words" && !(Number.isInteger(chunk) && chunk > 0)) {
    throw new TypeError(`chunk is "words" or a whole number from 1 on, not ${chunk}.`);
  }
  const failures = new Map<string, number>();

  async function stepFor(request: ModelRequest, n: number): Promise<ScriptedStep> {
    const entry = typeof script === "function" ? script : script[n];
    if (entry === undefined) throw pastTheEnd(id, script.length, n);
    if (typeof entry !== "function") return entry;
    try {
      return await entry(request, n);
    } catch (error) {
      throw ModelError.is(error) ? error : broken(id, n, error);
    }
  }

  function failureOf({ error }: ScriptedStep, request: ModelRequest, n: number) {
    if (error?.times === undefined) return error;
    const key = `${turnOf(request)} ${n}`;
    const failed = failures.get(key) ?? 0;
    if (failed >= error.times) return undefined;
    failures.set(key, failed + 1);
    return error;
  }

  return {
    id,
    async *stream(request, { signal }) {
      const n = stepsSoFar(request);
      const step = await stepFor(request, n);
      const failure = failureOf(step, request, n);
      let deltas = 0;
      let batch: ModelEvent[] = [];
      for (const event of partsOf(step, chunk)) {
        if (failure !== undefined && deltas >= (failure.after ?? 0)) break;
        if ("delta" in event) {
          deltas++;
          if (delayMs > 0) {
            if (batch.length > 0) yield batch;
            batch = [];
            await sleep(delayMs, signal);
          }
        }
        if (signal.aborted) return;
        batch.push(event);
        if (batch.length < hopEvents) continue;
        yield batch;
        batch = [];
        await nextMacrotask();
      }
      if (failure === undefined && !step.hang) batch.push(finishOf(step, request, deltas));
      if (batch.length > 0) yield batch;
      if (failure !== undefined) throw new ModelError(failure);
      if (step.hang) await aborted(signal);
    },
  };
}

function pastTheEnd(id: string, length: number, n: number): ModelError {
  return new ModelError({
    code: "model-error",
    message: `The script of ${id} has ${length} step(s) and was asked for step ${n + 1}. Add a step for this request, or pass a function that answers any.`,
  });
}

/** Not retried: a function that throws is a fault of the script, often an assertion of the test. */
function broken(id: string, n: number, cause: unknown): ModelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `Step ${n + 1} of the script of ${id} threw: ${reason}`;
  return new ModelError({ code: "model-error", message, cause });
}
