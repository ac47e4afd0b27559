import { decodeDelta, expectMore } from "./decode-delta.ts";
import { checkFields } from "./event-fields.ts";
import type { DeltaType, EventOf, RunEvent } from "./events.ts";
import type { Frame } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { SnapshotFrame } from "./state.ts";

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
  if (value.type === "snapshot") return toSnapshot(value);
  if (value.type === "run") {
    if (typeof value.run !== "string") malformed("/run", "must be a string");
    return { type: "run", run: value.run };
  }
  if (typeof value.type === "string" && !("seq" in value)) return undefined;
  return toEvent(value);
}

interface Fields {
  readonly [key: string]: unknown;
}

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError({
      code: "malformed",
      path: "",
      message: "A frame must hold one JSON object, and this is not JSON.",
      cause,
    });
  }
  if (!isObject(value)) malformed("", "must be an object");
  return value;
}

function toEvent(value: Fields): RunEvent {
  checkSeq(value);
  if (typeof value.type !== "string") malformed("/type", "must be a string");
  if (value.scope !== undefined && typeof value.scope !== "string") {
    malformed("/scope", "must be a string");
  }
  switch (value.type) {
    case "text.delta":
    case "reasoning.delta":
      if (typeof value.id !== "string") malformed("/id", "must be a string");
      if (typeof value.delta !== "string") malformed("/delta", "must be a string");
      expectMore(value as unknown as EventOf<DeltaType>);
      break;
    case "tool.args.delta":
    case "tool.output.delta":
      if (typeof value.call !== "string") malformed("/call", "must be a string");
      if (typeof value.delta !== "string") malformed("/delta", "must be a string");
      expectMore(value as unknown as EventOf<DeltaType>);
      break;
    default: {
      const fault = checkFields(value.type, value);
      if (fault !== undefined) malformed(fault.path, fault.must);
    }
  }
  return value as unknown as RunEvent;
}

function toSnapshot(value: Fields): SnapshotFrame {
  checkSeq(value);
  if (value.protocol !== 1) malformed("/protocol", "must be 1, the version this reader speaks");
  const { state } = value;
  if (!isObject(state)) malformed("/state", "must be an object");
  if (state.seq !== value.seq) malformed("/state/seq", "must be the frame's seq");
  if (typeof state.run !== "string") malformed("/state/run", "must be a string");
  if (!Array.isArray(state.messages)) malformed("/state/messages", "must be an array");
  if (!isObject(state.scopes)) malformed("/state/scopes", "must be an object");
  return value as unknown as SnapshotFrame;
}

function checkSeq(value: Fields): void {
  if (!Number.isSafeInteger(value.seq) || (value.seq as number) < 1) {
    malformed("/seq", "must be an integer from 1");
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(path: string, must: string): never {
  throw new ProtocolError({
    code: "malformed",
    path,
    message: `Not a frame of the protocol: "${path}" ${must}.`,
  });
}
