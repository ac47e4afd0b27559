import type { Model, ModelEvent, ModelRequest } from "@runwire/core";
import { programIn } from "./code-blocks.ts";
import { answerIn, toDialogue } from "./dialogue.ts";

/**
 * A model whose programs in the text are its calls of one tool. To the loop it is a model that calls tools, so that
 * programs are logged, approved, streamed and recovered like any call; to the model it is a conversation.
 */
export function actingModel(model: Model, tool: string, language: string): Model {
  return {
    id: model.id,
    async *stream(request, options) {
      const answer = answerIn(request.messages, tool);
      if (answer !== undefined) {
        yield spoken(answer);
        return;
      }
      let text = "";
      for await (const yielded of model.stream(inner(request, tool), options)) {
        const events: readonly ModelEvent[] = Array.isArray(yielded) ? yielded : [yielded];
        yield events.flatMap((event) => {
          if (event.type === "text.delta") text += event.delta;
          return event.type === "finish" ? acted(event, programIn(text, language), tool) : [event];
        });
      }
    },
  };
}

function inner(request: ModelRequest, tool: string): ModelRequest {
  return {
    ...request,
    messages: toDialogue(request.messages, tool),
    tools: request.tools.filter(({ name }) => name !== tool),
  };
}

/** The end of a response, with the call that its program is. A response that was cut runs nothing. */
function acted(
  finish: Extract<ModelEvent, { type: "finish" }>,
  code: string | undefined,
  tool: string,
): ModelEvent[] {
  const whole = finish.finishReason === "stop" || finish.finishReason === "tool-calls";
  if (code === undefined || !whole) return [finish];
  const args = JSON.stringify({ code });
  return [
    { type: "tool.called", call: "program", name: tool, args },
    { ...finish, finishReason: "tool-calls" },
  ];
}

/** What a program answered, as if the model had said it. */
function spoken(answer: string): ModelEvent[] {
  const id = "answer";
  return [
    { type: "text.started", id },
    ...(answer === "" ? [] : [{ type: "text.delta", id, delta: answer } as const]),
    { type: "text.completed", id },
    { type: "finish", finishReason: "stop", usage: { inputTokens: 0, outputTokens: 0 } },
  ];
}
