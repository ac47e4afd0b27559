import { encodeEvent } from "@runwire/core";
import { formatCursor, type NewEvent, type RunEvent } from "@runwire/core/protocol";
import type { Said } from "./script.ts";

const run = "run_0123456789abcdef0123456789abcdef";
export const thread = "thr_0123456789abcdef0123456789abcdef";
const at = 1_770_000_000_000;
const epoch = 1_770_000_000_000;
const usage = { inputTokens: 0, outputTokens: 0 };

/** The frames of a thread's stream, as our server writes them; of a log that was rewritten, when it is told how. */
export function runwireFrames(
  said: readonly Said[],
  previous?: string,
  rewrite = (events: readonly RunEvent[]) => events,
): readonly string[] {
  const announced = `data: ${JSON.stringify({ type: "run", run })}\n\n`;
  const frames = rewrite(runwireEvents(said, previous)).map((event) => {
    const id = `${run}/${formatCursor({ seq: event.seq, epoch })}`;
    return `id: ${id}\ndata: ${encodeEvent(event)}\n\n`;
  });
  return [announced, ...frames];
}

/** The log of one run that says this. Each tool call is a step of its own, as in an agent's loop. */
export function runwireEvents(said: readonly Said[], previous?: string): readonly RunEvent[] {
  const events: RunEvent[] = [];
  const push = (event: NewEvent): number => {
    const seq = events.length + 1;
    const timed = event.type.endsWith(".delta") ? {} : { at };
    events.push({ seq, ...event, ...timed } as unknown as RunEvent);
    return seq;
  };
  let step = 0;
  let message: string | undefined;
  const open = () => {
    message ??= `${run}.${events.length + 1}`;
    push({ type: "step.started", step: ++step, message, agent: "assistant", model: "m" });
  };
  const close = (finishReason: "stop" | "tool-calls") =>
    push({ type: "step.completed", step, finishReason, usage });
  const parts = [{ type: "text", text: "Go on." }] as const;
  push({
    type: "run.started",
    protocol: 1,
    run,
    thread,
    agent: "assistant",
    messages: [{ id: "u1", role: "user", parts }],
    ...(previous !== undefined && { previous }),
  });
  open();
  for (const one of said) {
    if (one.type === "text") {
      const id = `p${events.length + 1}`;
      push({ type: "text.started", id });
      for (const delta of one.deltas) push({ type: "text.delta", id, delta });
      push({ type: "text.completed", id });
      continue;
    }
    const call = `c${events.length + 1}`;
    const { name, args, output } = one;
    push({ type: "tool.args.started", call, name });
    for (const delta of args) push({ type: "tool.args.delta", call, delta });
    push({ type: "tool.called", call, name, input: JSON.parse(args.join("")) });
    close("tool-calls");
    push({ type: "tool.started", call, name, attempt: 1 });
    push({ type: "tool.completed", call, name, output });
    open();
  }
  close("stop");
  push({ type: "run.completed", finishReason: "stop", usage });
  return events;
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** The AI SDK's UI message stream. */
export function aiSdkFrames(said: readonly Said[]): readonly string[] {
  const frames = [data({ type: "start" }), data({ type: "start-step" })];
  for (const [index, one] of said.entries()) {
    const id = `${index}`;
    if (one.type === "text") {
      frames.push(data({ type: "text-start", id }));
      for (const delta of one.deltas) frames.push(data({ type: "text-delta", id, delta }));
      frames.push(data({ type: "text-end", id }));
      continue;
    }
    const call = { toolCallId: `call_${index}` };
    const toolName = one.name;
    frames.push(data({ type: "tool-input-start", ...call, toolName }));
    for (const inputTextDelta of one.args) {
      frames.push(data({ type: "tool-input-delta", ...call, inputTextDelta }));
    }
    const input = JSON.parse(one.args.join(""));
    frames.push(data({ type: "tool-input-available", ...call, toolName, input }));
    frames.push(data({ type: "tool-output-available", ...call, output: one.output }));
    frames.push(data({ type: "finish-step" }), data({ type: "start-step" }));
  }
  frames.push(data({ type: "finish-step" }), data({ type: "finish" }), "data: [DONE]\n\n");
  return frames;
}

/** AG-UI, which TanStack AI speaks as well. */
export function agUiFrames(said: readonly Said[]): readonly string[] {
  const ids = { threadId: "t1", runId: "r1" };
  const frames = [data({ type: "RUN_STARTED", ...ids })];
  for (const [index, one] of said.entries()) {
    const messageId = `m${index}`;
    if (one.type === "text") {
      frames.push(data({ type: "TEXT_MESSAGE_START", messageId, role: "assistant" }));
      for (const delta of one.deltas) {
        frames.push(data({ type: "TEXT_MESSAGE_CONTENT", messageId, delta }));
      }
      frames.push(data({ type: "TEXT_MESSAGE_END", messageId }));
      continue;
    }
    const toolCallId = `call_${index}`;
    frames.push(data({ type: "TOOL_CALL_START", toolCallId, toolCallName: one.name }));
    for (const delta of one.args) frames.push(data({ type: "TOOL_CALL_ARGS", toolCallId, delta }));
    frames.push(data({ type: "TOOL_CALL_END", toolCallId }));
    const content = JSON.stringify(one.output);
    frames.push(
      data({ type: "TOOL_CALL_RESULT", messageId: `${messageId}r`, toolCallId, content }),
    );
  }
  frames.push(data({ type: "RUN_FINISHED", ...ids }));
  return frames;
}
