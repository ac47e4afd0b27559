import { decodeDelta, expectMore, isExpected } from "./decode-delta.ts";
import { eventFields } from "./event-fields.ts";
import type { DeltaType, EventOf, RunEvent } from "./events.ts";
import type { Frame } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";
import { faultIn, type Shape } from "./shape.ts";

/**
 * One event from its JSON. The check by hand covers the envelope and every field that the fold relies on, in nanoseconds
 * and without a schema library; it does not look into values that are only passed on (`@runwire/core/schema` does).
 * Types and fields it does not know pass through.
 *
 * @throws ProtocolError `malformed`, with a pointer to the field in `path`.
 */
export function decodeEvent(text: string): RunEvent {
  return toEvent(parseObject(text));
}

/**
 * One frame of a stream: an event, a snapshot, or the announcement of a run. `undefined` for a control frame of a later
 * version, which a reader passes over.
 *
 * @throws ProtocolError as {@link decodeEvent}.
 */
export function decodeFrame(text: string): Frame | undefined {
  const delta = decodeDelta(text);
  if (delta !== undefined) return delta;
  const value = parseObject(text);
  switch (value.type) {
    case "snapshot":
      checkSeq(value);
      check(value, snapshot);
      if ((value.state as Fields).seq !== value.seq) malformed("/state/seq", "be the frame's seq");
      break;
    case "run":
      check(value, { run: "string" });
      break;
    default:
      return "seq" in value || typeof value.type !== "string" ? toEvent(value) : undefined;
  }
  return value as unknown as Frame;
}

interface Fields {
  readonly [key: string]: unknown;
}

const envelope: Shape = { type: "string", "scope?": "string" };
const timed: Shape = { at: "number" };
const snapshot: Shape = {
  protocol: 1,
  state: { run: "string", messages: ["value"], scopes: {} },
};

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    malformed("", "be JSON", cause);
  }
  check(value, {});
  return value as Fields;
}

function toEvent(value: Fields): RunEvent {
  checkSeq(value);
  if (typeof value.delta === "string" && isExpected(value)) {
    return value as unknown as RunEvent;
  }
  check(value, envelope);
  const type = value.type as RunEvent["type"];
  if (Object.hasOwn(eventFields, type)) {
    const fields: Shape = eventFields[type];
    check(value, fields);
    if ("delta" in fields) expectMore(value as unknown as EventOf<DeltaType>);
    else check(value, timed);
  }
  return value as unknown as RunEvent;
}

function checkSeq({ seq }: Fields): void {
  if (!Number.isSafeInteger(seq) || (seq as number) < 1) malformed("/seq", "be an integer from 1");
}

function check(value: unknown, shape: Shape): void {
  const fault = faultIn(value, shape);
  if (fault !== undefined) malformed(fault.path, fault.must);
}

function malformed(path: string, must: string, cause?: unknown): never {
  throw new ProtocolError({
    code: "malformed",
    path,
    message: `Not a frame of the protocol: ${path === "" ? "it" : `"${path}"`} must ${must}.`,
    cause,
  });
}
