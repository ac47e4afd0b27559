import type { ToolContext, ToolDefinition } from "../definition.ts";
import type { PatchOperation } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { ToolPart } from "../protocol/message.ts";
import { isId } from "../protocol/order-rule.ts";
import { applyPatch } from "../protocol/patch.ts";
import { RunwireError } from "../runwire-error.ts";
import { validateNow } from "../validate.ts";
import { DeltaText } from "./delta-text.ts";
import { toJson } from "./execute.ts";
import type { Task } from "./task.ts";

/** A timer that is set to more fires at once. */
const maxTimerMs = 2_147_483_647;

/**
 * The context of one execution. `begin` starts the tool's own clock, and only a tool that runs can print. After `close`
 * the methods do nothing: a tool that is left behind cannot write.
 */
export function toolContext(
  task: Task,
  part: ToolPart,
  attempt: number,
  tool: ToolDefinition,
  principal: string | undefined,
): { readonly context: ToolContext; begin(): void; close(): void } {
  const { call, name } = part;
  const { run, thread } = task.state;
  const timer = new AbortController();
  const printed = new DeltaText();
  let open = true;
  let running = false;
  let timeout: ReturnType<typeof setTimeout> | undefined;
  const context: ToolContext = {
    run,
    thread,
    call,
    attempt,
    idempotencyKey: `${run}:${call}`,
    ...(principal !== undefined && { principal }),
    signal: AbortSignal.any([task.signal, timer.signal]),
    emit(dataName, data, options) {
      if (!open) return;
      checkData(tool, name, dataName, data);
      if (options?.id !== undefined && !isId(options.id)) {
        throw new RunwireError("invalid-data", {
          message: `${name} emitted "${dataName}" with an id that is not 1 to 128 characters without control characters.`,
        });
      }
      task.push([
        {
          type: "data.emitted",
          name: dataName,
          data: toJson(data),
          ...(options?.id !== undefined && { id: options.id }),
          ...(options?.transient && { transient: true as const }),
        },
      ]);
    },
    print(text) {
      if (!open || !running) return;
      task.push(printed.add(text).map((delta) => ({ type: "tool.output.delta", call, delta })));
    },
    get state() {
      return task.state.state;
    },
    patch(operations) {
      if (!open) return;
      // A copy, as JSON makes it: the tool may go on writing to its own objects.
      const patch = toJson(operations) as unknown as readonly PatchOperation[];
      applyPatch(task.state.state, patch);
      task.push([{ type: "state.changed", patch }]);
    },
  };
  return {
    context,
    begin() {
      running = true;
      if (tool.timeoutMs === undefined) return;
      const message = `${name} ran longer than its ${tool.timeoutMs} ms.`;
      timeout = setTimeout(
        () => timer.abort(new DOMException(message, "TimeoutError")),
        Math.min(tool.timeoutMs, maxTimerMs),
      );
    },
    close() {
      open = false;
      clearTimeout(timeout);
    },
  };
}

/** A tool that declares its data is held to it; one that does not may emit anything. */
function checkData(tool: ToolDefinition, name: string, dataName: string, data: Json): void {
  if (tool.data === undefined) return;
  const schema = Object.hasOwn(tool.data, dataName) ? tool.data[dataName] : undefined;
  if (schema === undefined) {
    const known = Object.keys(tool.data).join(", ");
    throw new RunwireError("invalid-data", {
      message: `${name} emitted "${dataName}", but its \`data\` declares only: ${known}.`,
    });
  }
  const checked = validateNow(schema, data);
  if (!("issues" in checked)) return;
  const [issue] = checked.issues;
  throw new RunwireError("invalid-data", {
    message: `${name} emitted "${dataName}" that does not fit its schema: ${issue?.path ?? ""} ${issue?.message ?? ""}`,
  });
}
