import type { Json, ProviderData } from "./protocol/json.ts";
import type { Content, Message, Part, ToolPart } from "./protocol/message.ts";
import { isSettled } from "./protocol/selectors.ts";
import { resultContent } from "./tool-result.ts";

/**
 * The history as providers expect it: what a person said, what the model answered in one step, and what the calls of
 * that step returned. A `tool` turn follows the `assistant` turn that made its calls at once, and holds exactly one
 * result for each of them that the provider did not run itself, in the order of the calls.
 */
export type Turn =
  | { readonly role: "user"; readonly content: readonly Content[] }
  | { readonly role: "assistant"; readonly parts: readonly TurnPart[] }
  | { readonly role: "tool"; readonly results: readonly TurnResult[] };

/** One part of an answer, in the order in which the model made them. `provider` is this adapter's own data. */
export type TurnPart =
  | {
      readonly type: "text";
      readonly text: string;
      readonly refusal?: true;
      readonly provider?: Json;
    }
  | { readonly type: "reasoning"; readonly text: string; readonly provider: Json }
  | TurnCall
  | {
      readonly type: "hosted";
      readonly name: string;
      readonly input: Json;
      /** Absent when the call failed. */
      readonly output?: Json;
      readonly provider: Json;
    }
  | {
      readonly type: "file";
      readonly mediaType: string;
      readonly url: string;
      readonly filename?: string;
      readonly provider?: Json;
    }
  | { readonly type: "opaque"; readonly provider: Json };

export interface TurnCall {
  readonly type: "call";
  /**
   * Unique in the history (a call's own id is unique only in its run): nine letters and digits, which every provider
   * takes. Prefer the provider's own id where `provider` holds one.
   */
  readonly id: string;
  readonly name: string;
  /** What the model itself asked for. `{}` when its arguments were not JSON: then the result quotes them. */
  readonly input: Json;
  readonly provider?: Json;
}

export interface TurnResult {
  /** The `id` of the call. */
  readonly id: string;
  readonly name: string;
  readonly content: readonly Content[];
  /** The call failed or was denied; `content` says why. */
  readonly failed?: true;
}

/**
 * Cuts folded messages into turns for the adapter of that name, which reads only its own `provider` data.
 *
 * - Each step is one `assistant` turn. Messages keep their place, so steering stands where the model heard it.
 * - Left out: data, sources, empty texts, calls that have no result yet, and what only another provider could read:
 *   its opaque items, its hosted calls, and reasoning that it did not sign. So is reasoning that nothing follows in
 *   its step: providers refuse thoughts without the act they led to.
 * - A call with an input that a person edited goes back with the model's own input; its result says what ran.
 *
 * Pure, and stable as the history grows: earlier turns never change, so providers' caches hold.
 */
export function toTurns(messages: readonly Message[], adapter: string): Turn[] {
  const turns: Turn[] = [];
  let calls = 0;
  const nextId = () => `call${String(++calls).padStart(5, "0")}`;
  for (const message of messages) {
    if (message.role === "user") {
      const content = message.parts.flatMap(toContent);
      if (content.length > 0) turns.push({ role: "user", content });
      continue;
    }
    for (const step of steps(message.parts)) turns.push(...stepTurns(step, adapter, nextId));
  }
  return turns;
}

/** The parts by step. A part without a step belongs to the one before it. */
function steps(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = [];
  let current: number | undefined;
  for (const part of parts) {
    const step = "step" in part ? part.step : undefined;
    const group = groups.at(-1);
    if (group === undefined || (step !== undefined && current !== undefined && step !== current)) {
      groups.push([part]);
    } else {
      group.push(part);
    }
    current = step ?? current;
  }
  return groups;
}

function stepTurns(step: readonly Part[], adapter: string, nextId: () => string): Turn[] {
  const parts: TurnPart[] = [];
  const results: TurnResult[] = [];
  for (const part of step) {
    if (part.type !== "tool" || part.executor === "provider") {
      const turnPart = toPart(part, adapter);
      if (turnPart !== undefined) parts.push(turnPart);
    } else if (isSettled(part)) {
      const id = nextId();
      const { name } = part;
      parts.push({ type: "call", id, name, input: ownInput(part), ...own(part.provider, adapter) });
      results.push({
        id,
        name,
        content: resultContent(part),
        ...(part.status !== "completed" && { failed: true as const }),
      });
    }
  }
  while (parts.at(-1)?.type === "reasoning") parts.pop();
  if (parts.length === 0) return [];
  const answer: Turn = { role: "assistant", parts };
  return results.length === 0 ? [answer] : [answer, { role: "tool", results }];
}

function toPart(part: Part, adapter: string): TurnPart | undefined {
  const data = "provider" in part ? part.provider?.[adapter] : undefined;
  const provider = data === undefined ? undefined : { provider: data };
  switch (part.type) {
    case "text":
      if (part.text === "") return undefined;
      return {
        type: "text",
        text: part.text,
        ...(part.refusal && { refusal: true as const }),
        ...provider,
      };
    case "reasoning":
      return provider && { type: "reasoning", text: part.text, ...provider };
    case "file": {
      const { mediaType, url, filename } = part;
      return {
        type: "file",
        mediaType,
        url,
        ...(filename !== undefined && { filename }),
        ...provider,
      };
    }
    case "opaque":
      return provider && { type: "opaque", ...provider };
    case "tool":
      return provider && isSettled(part)
        ? {
            type: "hosted",
            name: part.name,
            input: part.input ?? null,
            ...(part.output !== undefined && { output: part.output }),
            ...provider,
          }
        : undefined;
    case "source":
    case "data":
      return undefined;
    default:
      return unknownPart(part);
  }
}

/** A history may hold parts of a newer version. */
function unknownPart(_part: never): undefined {}

function own(provider: ProviderData | undefined, adapter: string): { readonly provider?: Json } {
  const data = provider?.[adapter];
  return data === undefined ? {} : { provider: data };
}

/** Providers take an object at least; arguments that are none are quoted in the result instead. */
function ownInput(part: ToolPart): Json {
  const input = part.proposed ?? part.input;
  if (input !== undefined) return input;
  try {
    const parsed: unknown = JSON.parse(part.args ?? "");
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Json)
      : {};
  } catch {
    return {};
  }
}

function toContent(part: Part): readonly Content[] {
  if (part.type === "text") return part.text === "" ? [] : [{ type: "text", text: part.text }];
  if (part.type !== "file") return [];
  const { mediaType, url, filename } = part;
  return [{ type: "file", mediaType, url, ...(filename !== undefined && { filename }) }];
}
