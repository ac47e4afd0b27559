import type { ToolContext, ToolDefinition } from "@runwire/core";
import type { HostTool, HostTools } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Tools of an agent that its programs may call, by the name of the function. */
export interface CallableTools {
  readonly [name: string]: ToolDefinition;
}

/**
 * An agent's tools as functions of its programs. Each call is validated as one of the model's own, and runs in the
 * context of the call that runs the program.
 */
export function hostTools(tools: CallableTools, context: () => ToolContext): HostTools {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]): [string, HostTool] => [
      name,
      {
        parameters: parametersOf(tool),
        async execute(input, { signal }) {
          const ctx = context();
          const own = {
            ...ctx,
            get state() {
              return ctx.state;
            },
            signal: AbortSignal.any([ctx.signal, signal]),
          };
          return last(await tool.execute?.((await validated(name, tool, input)) as never, own));
        },
      },
    ]),
  );
}

/** Throws for a tool that no program can call. */
export function checkCallable(tools: CallableTools): void {
  for (const [name, tool] of Object.entries(tools)) {
    const why =
      tool.execute === undefined
        ? "it runs in the viewer"
        : tool.needsApproval !== undefined && tool.needsApproval !== false
          ? "it needs a person's approval, for which a program cannot wait"
          : undefined;
    if (why === undefined) continue;
    const message = `Programs cannot call ${name}: ${why}. Give it to the agent beside the code tool.`;
    throw new SandboxError("invalid", { message });
  }
}

/** How a model is told of the functions. */
export function signatures(tools: CallableTools): string {
  return Object.entries(tools)
    .map(([name, tool]) => `${name}(${parametersOf(tool).join(", ")}): ${tool.description}`)
    .join("\n");
}

function parametersOf({ inputSchema }: ToolDefinition): string[] {
  const { properties } = inputSchema;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

async function validated(name: string, tool: ToolDefinition, input: unknown): Promise<unknown> {
  const checked = await tool.input?.["~standard"].validate(input);
  if (checked === undefined) return {};
  if (checked.issues === undefined) return checked.value;
  const [issue] = checked.issues;
  const path = (issue?.path ?? []).map((part) =>
    String(typeof part === "object" ? part.key : part),
  );
  const where = path.length === 0 ? "" : `${path.join(".")}: `;
  throw new TypeError(
    `${name} was called with arguments that do not fit: ${where}${issue?.message}`,
  );
}

/** What a tool comes to. A program does not hear of progress. */
async function last(result: unknown): Promise<unknown> {
  if (!isIterator(result)) return result;
  for (;;) {
    const { done, value } = await result.next();
    if (done) return value;
  }
}

function isIterator(value: unknown): value is AsyncIterator<unknown> | Iterator<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { next?: unknown }).next === "function" &&
    (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}
