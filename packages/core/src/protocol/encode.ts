import type { DeltaType, EventOf, RunEvent } from "./events.ts";

/**
 * The event as JSON, its fields in the protocol's order: `seq`, `type`, `scope`, then the type's own as they come.
 * Deltas are most of a log: theirs is a template around the one text that needs escaping, byte for byte what
 * `JSON.stringify` gives in half the time. A delta with fields that the template does not know takes the long way, and
 * keeps them.
 */
export function encodeEvent(event: RunEvent): string {
  switch (event.type) {
    case "text.delta":
    case "reasoning.delta":
      return encodeDelta(event, "id", event.id);
    case "tool.args.delta":
    case "tool.output.delta":
      return encodeDelta(event, "call", event.call);
    default:
      return encodeAny(event);
  }
}

function encodeDelta(event: EventOf<DeltaType>, key: "id" | "call", id: string): string {
  const { seq, type, scope, delta } = event;
  let fields = 0;
  for (const _ in event) fields++;
  // seq, type, id or call, delta, and the scope when there is one.
  if (fields !== (scope === undefined ? 4 : 5)) return encodeAny(event);
  if (last.id !== id || last.type !== type || last.scope !== scope) {
    const where = scope === undefined ? "" : `"scope":${JSON.stringify(scope)},`;
    const text = `,"type":"${type}",${where}"${key}":${JSON.stringify(id)},"delta":`;
    last = { type, id, scope, text };
  }
  return `{"seq":${seq}${last.text}${JSON.stringify(delta)}}`;
}

/** What stood between the seq and the text of the delta before: the next one is mostly of the same part. */
let last: {
  readonly type: DeltaType | undefined;
  readonly id: string;
  readonly scope: string | undefined;
  readonly text: string;
} = { type: undefined, id: "", scope: undefined, text: "" };

function encodeAny(event: RunEvent): string {
  const { seq, type, scope, ...fields } = event;
  return JSON.stringify({ seq, type, scope, ...fields });
}
