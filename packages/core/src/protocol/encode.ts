import type { DeltaType, EventOf, RunEvent } from "./events.ts";

/**
 * The event as JSON, its fields in the protocol's order: `seq`, `type`, `scope`, then the type's own as they come.
 * Deltas are most of a log: theirs is a template around the one text that needs escaping, byte for byte what
 * `JSON.stringify` gives. A delta with fields that the template does not know takes the long way, and keeps them.
 */
export function encodeEvent(event: RunEvent): string {
  switch (event.type) {
    case "text.delta":
    case "reasoning.delta":
      return encodeDelta(event, `"id":${JSON.stringify(event.id)}`);
    case "tool.args.delta":
    case "tool.output.delta":
      return encodeDelta(event, `"call":${JSON.stringify(event.call)}`);
    default:
      return encodeAny(event);
  }
}

function encodeDelta(event: EventOf<DeltaType>, target: string): string {
  const { seq, type, scope, delta } = event;
  // seq, type, id or call, delta, and the scope when there is one.
  if (Object.keys(event).length !== (scope === undefined ? 4 : 5)) return encodeAny(event);
  const envelope =
    scope === undefined
      ? `{"seq":${seq},"type":"${type}"`
      : `{"seq":${seq},"type":"${type}","scope":${JSON.stringify(scope)}`;
  return `${envelope},${target},"delta":${JSON.stringify(delta)}}`;
}

function encodeAny(event: RunEvent): string {
  const { seq, type, scope, ...fields } = event;
  return JSON.stringify({ seq, type, scope, ...fields });
}
