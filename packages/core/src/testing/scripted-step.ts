import type { ModelEvent, ModelRequest } from "../model.ts";
import type { ModelErrorOptions } from "../model-error.ts";
import type { Json } from "../protocol/json.ts";
import type { FinishReason, Usage } from "../protocol/usage.ts";

/** One response of a scripted model. It says its parts in this order: reasoning, text, sources, files, calls. */
export interface ScriptedStep {
  readonly reasoning?: string;
  readonly text?: string;
  /** The text declines to answer. */
  readonly refusal?: true;
  readonly sources?: readonly Omit<Extract<ModelEvent, { type: "source.added" }>, "type">[];
  readonly files?: readonly Omit<Extract<ModelEvent, { type: "file.added" }>, "type">[];
  readonly calls?: readonly ScriptedCall[];
  /** Default: `tool-calls` with calls, else `stop`. */
  readonly finishReason?: FinishReason;
  /** Default: a token for each part of the request's messages, and one for each delta. */
  readonly usage?: Usage;
  /** Throws instead of finishing. */
  readonly error?: ScriptedError;
  /** Never finishes: after its parts it waits until it is aborted. */
  readonly hang?: true;
}

/** A tool call: its input, or the text of its arguments when that should not be JSON. */
export type ScriptedCall =
  | { readonly name: string; readonly input?: Json }
  | { readonly name: string; readonly args: string };

export interface ScriptedError extends ModelErrorOptions {
  /** Throw after this many deltas. Default 0: before anything is said. */
  readonly after?: number;
  /**
   * Only the first attempts at this step fail, and the next one succeeds. Default: every attempt fails. They are
   * counted in this model's memory: the one thing that another process does not know.
   */
  readonly times?: number;
}

/** How a step's texts are cut: into words, or into pieces of this many UTF-16 units (also through a character). */
export type Chunk = "words" | number;

/** What the step says, without the end. */
export function* partsOf(step: ScriptedStep, chunk: Chunk): Generator<ModelEvent> {
  const { reasoning, text, refusal, sources = [], files = [], calls = [] } = step;
  if (reasoning !== undefined) {
    yield { type: "reasoning.started", id: "reasoning" };
    for (const delta of cut(reasoning, chunk)) {
      yield { type: "reasoning.delta", id: "reasoning", delta };
    }
    yield { type: "reasoning.completed", id: "reasoning" };
  }
  if (text !== undefined) {
    yield { type: "text.started", id: "text", ...(refusal && { refusal }) };
    for (const delta of cut(text, chunk)) yield { type: "text.delta", id: "text", delta };
    yield { type: "text.completed", id: "text" };
  }
  for (const source of sources) yield { type: "source.added", ...source };
  for (const file of files) yield { type: "file.added", ...file };
  for (const [index, made] of calls.entries()) {
    const { name } = made;
    const call = `call-${index + 1}`;
    const args = "args" in made ? made.args : JSON.stringify(made.input ?? {});
    yield { type: "tool.args.started", call, name };
    for (const delta of cut(args, chunk === "words" ? 12 : chunk)) {
      yield { type: "tool.args.delta", call, delta };
    }
    yield { type: "tool.called", call, name, args };
  }
}

export function finishOf(step: ScriptedStep, request: ModelRequest, deltas: number): ModelEvent {
  const inputTokens = request.messages.reduce((sum, { parts }) => sum + parts.length, 0);
  return {
    type: "finish",
    finishReason: step.finishReason ?? (step.calls?.length ? "tool-calls" : "stop"),
    usage: step.usage ?? { inputTokens, outputTokens: deltas },
  };
}

function cut(text: string, chunk: Chunk): readonly string[] {
  const pattern = chunk === "words" ? /\s*\S+/g : new RegExp(`[^]{1,${chunk}}`, "g");
  const pieces: string[] = text.match(pattern) ?? [];
  const rest = text.slice(pieces.reduce((sum, piece) => sum + piece.length, 0));
  return rest === "" ? pieces : [...pieces, rest];
}
