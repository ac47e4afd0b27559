import { toTurns } from "@runwire/core";
import type { Message, Part, ToolPart } from "@runwire/core/protocol";

/** Under which a program's final answer is kept, by the id of its call. */
export const finalAnswer = "final_answer";

/**
 * The history as a model reads it that acts by programs: what it wrote, and after each program what came of it, told
 * by the user. Calls of that tool do not appear; it never made one.
 */
export function toDialogue(messages: readonly Message[], tool: string): Message[] {
  return messages.flatMap((message) => {
    if (message.role === "user") return [message];
    const dialogue: Message[] = [];
    let said: Part[] = [];
    for (const step of steps(message.parts)) {
      said.push(...step.filter((part) => !isCall(part, tool)));
      for (const part of step) {
        if (!isCall(part, tool)) continue;
        const text = `Observation:\n${observed(message, part)}`;
        dialogue.push(
          { ...message, id: `${message.id}/${part.call}`, parts: said },
          {
            id: `${message.id}/${part.call}/observation`,
            role: "user",
            parts: [{ type: "text", text }],
          },
        );
        said = [];
      }
    }
    if (said.length > 0) dialogue.push({ ...message, parts: said });
    return dialogue;
  });
}

/** The answer that the newest program gave, if nothing was said since. */
export function answerIn(messages: readonly Message[], tool: string): string | undefined {
  const parts = messages.at(-1)?.parts ?? [];
  const call = steps(parts)
    .at(-1)
    ?.findLast((part) => isCall(part, tool));
  if (call?.type !== "tool" || call.status !== "completed") return undefined;
  const answer = parts.find(
    (part) => part.type === "data" && part.name === finalAnswer && part.id === call.call,
  );
  if (answer?.type !== "data") return undefined;
  return typeof answer.data === "string" ? answer.data : JSON.stringify(answer.data);
}

function isCall(part: Part, tool: string): part is ToolPart {
  return part.type === "tool" && part.name === tool;
}

/** What the model is told of a settled call: its result, or why there is none. */
function observed(message: Message, part: ToolPart): string {
  const turns = toTurns([{ ...message, parts: [part] }], "");
  const results = turns.flatMap((turn) => (turn.role === "tool" ? turn.results : []));
  const content = results.flatMap((result) => result.content);
  return content
    .map((each) => (each.type === "text" ? each.text : `[${each.mediaType}]`))
    .join("\n");
}

/** The parts by step; one without a step belongs to the one before it. */
function steps(parts: readonly Part[]): Part[][] {
  const groups: Part[][] = [];
  let current: number | undefined;
  for (const part of parts) {
    const step = "step" in part ? part.step : undefined;
    if (groups.length === 0 || (step !== undefined && step !== current)) groups.push([]);
    groups.at(-1)?.push(part);
    current = step ?? current;
  }
  return groups;
}
