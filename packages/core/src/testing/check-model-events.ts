import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { ok } from "./assert.ts";

/** The smallest request: a user who says "Hi". Fields given here replace its own. */
export function modelRequest(over: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [{ id: "run_1.1", role: "user", parts: [{ type: "text", text: "Hi" }] }],
    tools: [],
    run: "run_1",
    thread: "thr_1",
    ...over,
  };
}

/** Calls a model and reads its whole answer, which must keep the contract of `Model.stream`. */
export async function readModel(
  model: Model,
  request: ModelRequest = modelRequest(),
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const item of model.stream(request, { signal })) {
    events.push(...(Array.isArray(item) ? (item as readonly ModelEvent[]) : [item as ModelEvent]));
  }
  checkModelEvents(events);
  return events;
}

/** Throws unless the events are a whole answer by the contract of `Model.stream`. */
export function checkModelEvents(events: readonly ModelEvent[]): void {
  const open = new Map<string, "text" | "reasoning">();
  const texts = new Set<string>();
  const seen = new Set<string>();
  /** Per call: whether it was called, and by whom it is to be settled. */
  const calls = new Map<
    string,
    { name: string; state: "args" | "called" | "hosted" | "settled" }
  >();
  const begin = (id: string) => {
    ok(!seen.has(id), `the id ${id} is used twice`);
    seen.add(id);
  };
  ok(events.at(-1)?.type === "finish", "an answer without its `finish` must throw");
  for (const [index, event] of events.entries()) {
    ok(
      (event.type === "finish") === (index === events.length - 1),
      "`finish` comes last, and once",
    );
    switch (event.type) {
      case "text.started":
      case "reasoning.started":
        begin(event.id);
        open.set(event.id, event.type === "text.started" ? "text" : "reasoning");
        if (event.type === "text.started") texts.add(event.id);
        break;
      case "text.delta":
      case "reasoning.delta":
        ok(
          event.type === `${open.get(event.id)}.delta`,
          `a ${event.type} of a part that is not open`,
        );
        ok(event.delta !== "", "a delta is not empty");
        break;
      case "text.completed":
      case "reasoning.completed":
        ok(
          event.type === `${open.get(event.id)}.completed`,
          `${event.type} of a part that is not open`,
        );
        open.delete(event.id);
        break;
      case "tool.args.started":
        begin(event.call);
        calls.set(event.call, { name: event.name, state: "args" });
        break;
      case "tool.args.delta":
        ok(calls.get(event.call)?.state === "args", "arguments of a call that did not begin");
        ok(event.delta !== "", "a delta is not empty");
        break;
      case "tool.called": {
        const call = calls.get(event.call);
        if (call === undefined) begin(event.call);
        ok(call === undefined || call.state === "args", `the call ${event.call} is called twice`);
        ok(call === undefined || call.name === event.name, "a call keeps its name");
        const state = event.executor === "provider" ? "hosted" : "called";
        calls.set(event.call, { name: event.name, state });
        break;
      }
      case "tool.completed":
      case "tool.failed": {
        const call = calls.get(event.call);
        ok(call?.state === "hosted", "only a call that the provider runs is settled here");
        call.state = "settled";
        break;
      }
      case "source.added":
        ok(
          event.text === undefined || texts.has(event.text),
          "a source cites a text that began before",
        );
        break;
      case "file.added":
      case "opaque.added":
      case "warning.raised":
      case "finish":
        break;
      default:
        throw new Error(`${(event as { type: string }).type} is no event of a model`);
    }
  }
  ok(open.size === 0, "every part is completed");
  for (const { name, state } of calls.values()) {
    ok(state !== "hosted", `${name} is settled in the response that called it`);
  }
}

/** All text of one kind that the answer holds; `text` includes refusals. */
export function textOfAnswer(
  events: readonly ModelEvent[],
  kind: "text" | "reasoning" = "text",
): string {
  let text = "";
  for (const event of events) {
    if (event.type === "text.delta" || event.type === "reasoning.delta") {
      if (event.type === `${kind}.delta`) text += event.delta;
    }
  }
  return text;
}
