import type { DraftTree, ScopeId } from "./draft-tree.ts";
import type { EventOf } from "./events.ts";
import type { Folds } from "./folds.ts";
import type { ProviderData } from "./json.ts";
import type { DataPart, Part, ReasoningPart, TextPart } from "./message.ts";
import { pick } from "./pick.ts";

export const partFolds: Folds<
  | "text.started"
  | "text.completed"
  | "reasoning.started"
  | "reasoning.completed"
  | "file.added"
  | "source.added"
  | "opaque.added"
  | "data.emitted"
> = {
  "text.started": (tree, event) =>
    addToStep(tree, event.scope, (step) => ({
      type: "text",
      id: event.id,
      step,
      open: true,
      text: "",
      ...pick(event, "refusal", "format", "provider"),
    })),
  "reasoning.started": (tree, event) =>
    addToStep(tree, event.scope, (step) => ({
      type: "reasoning",
      id: event.id,
      step,
      open: true,
      text: "",
      ...pick(event, "provider"),
    })),
  "text.completed": complete,
  "reasoning.completed": complete,
  "file.added": (tree, event) =>
    addToStep(tree, event.scope, (step) => ({
      type: "file",
      id: event.id,
      step,
      ...pick(event, "mediaType", "url", "filename", "provider"),
    })),
  "source.added": (tree, event) =>
    addToStep(tree, event.scope, (step) => ({
      type: "source",
      id: event.id,
      step,
      ...pick(event, "url", "title", "text", "start", "end", "quote", "provider"),
    })),
  "opaque.added": (tree, event) =>
    addToStep(tree, event.scope, (step) => ({
      type: "opaque",
      id: event.id,
      step,
      ...pick(event, "provider"),
    })),
  /**
   * Data belongs to the newest assistant message, or to one of its own before there is any. Same name and id: replaced
   * where it stands, also in an older message. Without an id every event is a new part.
   */
  "data.emitted"(tree, event) {
    const { scope, name, id, data } = event;
    const isSame = (part: Part): part is DataPart =>
      part.type === "data" && part.name === name && part.id === id;
    const state = tree.scope(scope);
    if (event.transient || state === undefined) return;
    if (id !== undefined && tree.edit(scope, isSame, () => ({ data }))) return;
    const part: Part = { type: "data", name, ...pick(event, "id"), data };
    const newest = state.messages.findLastIndex(({ role }) => role === "assistant");
    if (newest >= 0) tree.addPart(scope, newest, part);
    else {
      const { agent } = state;
      const message = `${tree.state.run}.${event.seq}`;
      tree.addMessage(scope, {
        id: message,
        role: "assistant",
        parts: [part],
        agent,
        at: event.at,
      });
    }
  },
};

/** Adds what `make` makes to the scope's open step. */
export function addToStep(tree: DraftTree, scope: ScopeId, make: (step: number) => Part): void {
  const open = tree.scope(scope)?.step;
  if (open !== undefined) {
    tree.addPart(scope, tree.indexOf(scope, open.message), make(open.step));
  }
}

/** An adapter's later data replaces its earlier data: it alone knows what they hold. */
export function mergeProvider(
  old: ProviderData | undefined,
  added: ProviderData | undefined,
): ProviderData | undefined {
  return added === undefined ? old : { ...old, ...added };
}

function complete(tree: DraftTree, event: EventOf<"text.completed" | "reasoning.completed">): void {
  tree.edit(
    event.scope,
    (part): part is TextPart | ReasoningPart =>
      `${part.type}.completed` === event.type && (part as TextPart).id === event.id,
    ({ provider }) => ({ open: undefined, provider: mergeProvider(provider, event.provider) }),
  );
}
