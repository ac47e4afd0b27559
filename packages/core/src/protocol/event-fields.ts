import type { EventMap, EventType } from "./events.ts";
import type { Shape } from "./shape.ts";

type RequiredKeys<T> = {
  [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K;
}[keyof T];

type Shapes = {
  readonly [T in EventType]: { readonly [K in RequiredKeys<EventMap[T]>]: Shape } & {
    readonly [K in keyof EventMap[T] & string as `${K}?`]?: Shape;
  };
};

const string = "string";
const number = "number";
const value = "value";
const usage = { inputTokens: number, outputTokens: number } as const;
const message = { id: string, role: string, parts: [{ type: string }] } as const;
const error = { code: string, message: string } as const;
const part = { id: string } as const;
const call = { call: string, name: string } as const;
const partDelta = { id: string, delta: string } as const;
const callDelta = { call: string, delta: string } as const;

/** What the fold relies on in each type beside the envelope, as far down as it reads. */
export const eventFields: Shapes = {
  "run.started": { protocol: 1, run: string, thread: string, agent: string, messages: [message] },
  "run.waiting": { for: [{}] },
  "run.resumed": { epoch: number, cause: string },
  "run.completed": { finishReason: string, usage },
  "run.failed": { error, usage },
  "run.cancelled": { usage },
  "cancel.requested": {},
  "step.started": { step: number, message: string, agent: string, model: string },
  "step.completed": { step: number, finishReason: string, usage },
  "step.reverted": { step: number, reason: string, "usage?": usage },
  "text.started": part,
  "text.delta": partDelta,
  "text.completed": part,
  "reasoning.started": part,
  "reasoning.delta": partDelta,
  "reasoning.completed": part,
  "tool.args.started": call,
  "tool.args.delta": callDelta,
  "tool.called": { ...call, input: value },
  "tool.started": { ...call, attempt: number },
  "tool.progressed": { ...call, data: value },
  "tool.output.delta": callDelta,
  "tool.completed": { ...call, output: value },
  "tool.failed": { ...call, error },
  "approval.requested": { id: string, ...call, input: value },
  "approval.resolved": { id: string, approved: "boolean" },
  "message.received": { message },
  "command.rejected": { command: string, kind: string, reason: string },
  "output.rejected": { error, attempt: number },
  "agent.started": { agent: string, messages: [message] },
  "agent.switched": { from: string, to: string },
  "data.emitted": { name: string, data: value },
  "state.changed": { patch: [{ op: string, path: string }] },
  "file.added": { id: string, mediaType: string, url: string },
  "source.added": part,
  "opaque.added": part,
  "warning.raised": error,
};
