import type { Message, Part, ToolPart } from "../protocol/message.ts";
import { isSettled } from "../protocol/selectors.ts";

/**
 * Earlier messages as a new run can begin with them: nothing in them may be taken for the run's own. They come from
 * other runs, whose ids and step numbers this run will give out again; so both are replaced (steps by negative
 * numbers), and a call that never got its result has failed.
 */
export function asHistory(messages: readonly Message[]): readonly Message[] {
  let ids = 0;
  let steps = 0;
  return messages.map((message) => {
    const newIds = remember(() => `h${++ids}`);
    const newSteps = remember(() => --steps);
    return {
      ...message,
      parts: message.parts.map((part) => asHistoryPart(part, newIds, newSteps)),
    };
  });
}

/** The same for the same, within one message: what belongs together there stays together. */
function remember<K extends string | number, V>(make: () => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
}

function asHistoryPart(
  part: Part,
  id: (id: string) => string,
  step: (step: number) => number,
): Part {
  if (part.type === "data") return part;
  if (part.type === "tool") return asHistoryCall(part, id, step);
  const { id: oldId, step: oldStep, open: _, ...rest } = part;
  return {
    ...rest,
    ...(oldId !== undefined && { id: id(oldId) }),
    ...(oldStep !== undefined && { step: step(oldStep) }),
    ...(rest.type === "source" && rest.text !== undefined && { text: id(rest.text) }),
  } as Part;
}

function asHistoryCall(
  part: ToolPart,
  id: (id: string) => string,
  step: (step: number) => number,
): ToolPart {
  // The scope of a sub-agent stayed in its run.
  const { agent: _, ...rest } = part;
  const { call, approval } = rest;
  const own = {
    ...rest,
    call: id(call),
    step: step(rest.step),
    ...(approval !== undefined && { approval: { ...approval, id: id(approval.id) } }),
  };
  if (isSettled(part)) return own;
  const message = "The call never got its result.";
  return { ...own, status: "failed", error: { code: "interrupted", message } };
}
