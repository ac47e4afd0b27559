import type { DraftTree } from "./draft-tree.ts";
import type { EventOf } from "./events.ts";
import type { ProviderData } from "./json.ts";
import type { Part } from "./message.ts";
import { present } from "./present.ts";

/** The index of the message that the scope's open step writes. */
function openMessage(tree: DraftTree, scope: string | undefined): number {
  const state = tree.peek(scope);
  const open = state?.step?.message;
  if (state === undefined || open === undefined) return -1;
  return state.messages.findLastIndex((message) => message.id === open);
}

/** Adds what `make` makes to the scope's open step. Without one the event is out of order, and nothing happens. */
export function addToStep(
  tree: DraftTree,
  scope: string | undefined,
  make: (step: number) => Part,
): void {
  const step = tree.peek(scope)?.step?.step;
  const message = openMessage(tree, scope);
  if (step !== undefined && message >= 0) tree.addPart(scope, message, make(step));
}

export function partStarted(
  tree: DraftTree,
  event: EventOf<"text.started" | "reasoning.started">,
): void {
  addToStep(tree, event.scope, (step) =>
    event.type === "text.started"
      ? {
          type: "text",
          id: event.id,
          step,
          open: true,
          text: "",
          ...present({ refusal: event.refusal, format: event.format, provider: event.provider }),
        }
      : {
          type: "reasoning",
          id: event.id,
          step,
          open: true,
          text: "",
          ...present({ provider: event.provider }),
        },
  );
}

export function partCompleted(
  tree: DraftTree,
  event: EventOf<"text.completed" | "reasoning.completed">,
): void {
  const type = event.type === "text.completed" ? "text" : "reasoning";
  const place = tree.find(event.scope, (part) => part.type === type && part.id === event.id);
  const part = place && tree.getPart(place);
  if (place === undefined || (part?.type !== "text" && part?.type !== "reasoning")) return;
  const { open: _, ...closed } = part;
  tree.setPart(place, { ...closed, ...mergeProvider(closed.provider, event.provider) });
}

export function partAdded(
  tree: DraftTree,
  event: EventOf<"file.added" | "source.added" | "opaque.added">,
): void {
  addToStep(tree, event.scope, (step) => {
    const { id, provider } = event;
    switch (event.type) {
      case "file.added": {
        const { mediaType, url, filename } = event;
        return { type: "file", id, step, mediaType, url, ...present({ filename, provider }) };
      }
      case "source.added": {
        const { url, title, text, start, end, quote } = event;
        const fields = present({ url, title, text, start, end, quote, provider });
        return { type: "source", id, step, ...fields };
      }
      case "opaque.added":
        return { type: "opaque", id, step, ...present({ provider }) };
    }
  });
}

/**
 * Data belongs to the newest assistant message, or to one of its own before there is any. Same name and id: replaced
 * where it stands, also in an older message. Without an id every event is a new part.
 */
export function dataEmitted(tree: DraftTree, event: EventOf<"data.emitted">): void {
  if (event.transient) return;
  const state = tree.peek(event.scope);
  if (state === undefined) return;
  const { name, id, data } = event;
  const part: Part = { type: "data", name, ...present({ id }), data };
  const place =
    id === undefined
      ? undefined
      : tree.find(event.scope, (old) => old.type === "data" && old.name === name && old.id === id);
  if (place !== undefined) {
    tree.setPart(place, part);
    return;
  }
  const newest = state.messages.findLastIndex((message) => message.role === "assistant");
  if (newest >= 0) {
    tree.addPart(event.scope, newest, part);
    return;
  }
  tree.addMessage(event.scope, {
    id: `${tree.state.run}.${event.seq}`,
    role: "assistant",
    parts: [part],
    agent: state.agent,
    at: event.at,
  });
}

/** An adapter's later data replaces its earlier data: it alone knows what they hold. */
export function mergeProvider(
  old: ProviderData | undefined,
  added: ProviderData | undefined,
): { provider?: ProviderData } {
  if (added === undefined) return old === undefined ? {} : { provider: old };
  return { provider: old === undefined ? added : { ...old, ...added } };
}
