import type { DeltaType, EventMap, EventType } from "./events.ts";

type Check = (value: unknown) => Fault | undefined;
/** What is wrong, and where below the checked value. */
export interface Fault {
  readonly path: string;
  readonly must: string;
}

type RequiredKeys<T> = {
  [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K;
}[keyof T];

const string = is("a string", (value) => typeof value === "string");
const number = is("a number", (value) => typeof value === "number");
const boolean = is("a boolean", (value) => typeof value === "boolean");
const object = is("an object", isObject);
const any = is("there", (value) => value !== undefined);
const array =
  (item: Check): Check =>
  (value) => {
    if (!Array.isArray(value)) return { path: "", must: "must be an array" };
    for (const [index, element] of value.entries()) {
      const fault = item(element);
      if (fault !== undefined) return { path: `/${index}${fault.path}`, must: fault.must };
    }
    return undefined;
  };
const fields =
  (checks: { readonly [field: string]: Check }): Check =>
  (value) => {
    if (!isObject(value)) return { path: "", must: "must be an object" };
    for (const field in checks) {
      const fault = checks[field]?.(Object.hasOwn(value, field) ? value[field] : undefined);
      if (fault !== undefined) return { path: `/${field}${fault.path}`, must: fault.must };
    }
    return undefined;
  };

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

const usage = fields({ inputTokens: number, outputTokens: number });
const message = fields({ id: string, role: string, parts: array(fields({ type: string })) });
const error = fields({ code: string, message: string });
const part = { id: string };
const call = { call: string, name: string };

/** What the fold relies on in each type beside `at`, as far down as it reads. Deltas are checked where they are decoded. */
const checks: {
  readonly [T in Exclude<EventType, DeltaType>]: {
    readonly [K in RequiredKeys<EventMap[T]>]: Check;
  } & { readonly [K in keyof EventMap[T]]?: Check };
} = {
  "run.started": {
    protocol: is("1, the version this reader speaks", (value) => value === 1),
    run: string,
    thread: string,
    agent: string,
    messages: array(message),
  },
  "run.waiting": { for: array(object) },
  "run.resumed": { epoch: number, cause: string },
  "run.completed": { finishReason: string, usage },
  "run.failed": { error, usage },
  "run.cancelled": { usage },
  "cancel.requested": {},
  "step.started": { step: number, message: string, agent: string, model: string },
  "step.completed": { step: number, finishReason: string, usage },
  "step.reverted": { step: number, reason: string, usage: optional(usage) },
  "text.started": part,
  "text.completed": part,
  "reasoning.started": part,
  "reasoning.completed": part,
  "tool.args.started": call,
  "tool.called": { ...call, input: any },
  "tool.started": { ...call, attempt: number },
  "tool.progressed": { ...call, data: any },
  "tool.completed": { ...call, output: any },
  "tool.failed": { ...call, error },
  "approval.requested": { id: string, ...call, input: any },
  "approval.resolved": { id: string, approved: boolean },
  "message.received": { message },
  "command.rejected": { command: string, kind: string, reason: string },
  "output.rejected": { error, attempt: number },
  "agent.started": { agent: string, messages: array(message) },
  "agent.switched": { from: string, to: string },
  "data.emitted": { name: string, data: any },
  "state.changed": { patch: array(fields({ op: string, path: string })) },
  "file.added": { id: string, mediaType: string, url: string },
  "source.added": part,
  "opaque.added": part,
  "warning.raised": { code: string, message: string },
};
const byType = new Map(
  Object.entries(checks).map(([type, check]) => [type, fields({ at: number, ...check })]),
);

/** The first field that is missing or of the wrong type. An unknown type has none. */
export function checkFields(type: string, event: object): Fault | undefined {
  return byType.get(type)?.(event);
}

function is(what: string, test: (value: unknown) => boolean): Check {
  const fault: Fault = { path: "", must: `must be ${what}` };
  return (value) => (test(value) ? undefined : fault);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
