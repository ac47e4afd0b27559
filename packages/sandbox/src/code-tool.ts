import { type Jsonify, type Tool, type ToolContext, tool } from "@runwire/core";
import { z } from "zod";
import { type CallableTools, checkCallable, signatures } from "./host-tools.ts";
import { type CodeOutput, observation, type SavedFile, toOutput } from "./observation.ts";
import type { Artifact, RunOptions, Sandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";
import { type Sharing, sessions } from "./sessions.ts";

export interface CodeToolOptions {
  /** What the model reads. Default: what the sandbox can do. */
  readonly description?: string;
  /**
   * What a program finds of those before it: of the same `run` (default), of the same `thread`, or nothing (`call`).
   * Nobody says when a run is over, so state goes after five minutes without a program, and with this process.
   */
  readonly share?: Sharing;
  /** What programs may call. Tools that need an approval cannot be among them. */
  readonly tools?: CallableTools;
  /** Asked before each program for the files to put beside it. */
  readonly files?: (ctx: ToolContext) => RunFiles | Promise<RunFiles>;
  /** Globs of the files that a program is to leave. */
  readonly collect?: readonly string[];
  /** Keeps a file that was collected; answers where it can be had. Default: only its name and size are told. */
  readonly save?: (file: Artifact, ctx: ToolContext) => string | Promise<string>;
  /** Time of one program in ms. Default: the sandbox's. */
  readonly timeoutMs?: number;
  /** A person reads the code before it runs. */
  readonly needsApproval?: boolean;
}

type RunFiles = NonNullable<RunOptions["files"]>;

/** The types of such a tool, as they travel to clients. */
export type CodeTool = Tool<
  Jsonify<CodeInput>,
  Jsonify<CodeOutput>,
  never,
  Record<never, never>,
  "runtime"
>;

/**
 * A tool with which a model runs code. What the program prints is told while it runs, as `tool.output.delta`. A program
 * that fails is a result, which the model reads and repairs; only a broken sandbox fails the call.
 *
 * @example
 * const analyst = agent({ name: "analyst", model, tools: { python: codeTool(python()) } });
 */
export function codeTool(sandbox: Sandbox, options: CodeToolOptions = {}): CodeTool {
  const { tools = {}, collect = [], files, save } = options;
  const { caps, id } = sandbox;
  const share = options.share ?? (caps.state ? "run" : "call");
  if (share !== "call" && !caps.state) throw cannot(id, `share: "${share}"`, "keeps no state");
  if (Object.keys(tools).length > 0 && !caps.hostTools)
    throw cannot(id, "tools", "cannot call them");
  if (files !== undefined && !caps.files.in) throw cannot(id, "files", "takes none");
  if (collect.length > 0 && !caps.files.out) throw cannot(id, "collect", "gives none");
  checkCallable(tools);
  const running = sessions(sandbox, share, tools);
  return tool({
    description: options.description ?? describe(sandbox, share, options),
    input: inputOf(caps.languages),
    ...(options.needsApproval !== undefined && { needsApproval: options.needsApproval }),
    async execute(input, ctx): Promise<CodeOutput> {
      const result = await running.run(ctx, input.code, {
        ...(input.language !== undefined && { language: input.language }),
        ...(files !== undefined && { files: await files(ctx) }),
        ...(options.timeoutMs !== undefined && { timeoutMs: options.timeoutMs }),
        collect,
        signal: ctx.signal,
        onStdout: ctx.print,
        onStderr: ctx.print,
      });
      const saved: SavedFile[] = [];
      for (const file of result.artifacts) {
        const url = await save?.(file, ctx);
        const { path, data } = file;
        saved.push({ path, bytes: data.length, ...(url !== undefined && { url }) });
      }
      return toOutput(result, saved);
    },
    toModel: (output) => observation(output),
  });
}

export interface CodeInput {
  readonly code: string;
  readonly language?: string | undefined;
}

/** A model is not asked for what leaves no choice. */
function inputOf(languages: readonly string[]): z.ZodType<CodeInput, CodeInput> {
  const code = z.string().describe("The whole program.");
  if (languages.length === 1) return z.object({ code });
  return z.object({ code, language: z.enum(languages).optional() });
}

/** What a model must know to write programs that run. */
export function describe(
  { caps, about }: Sandbox,
  share: Sharing,
  { tools = {}, collect = [] }: Pick<CodeToolOptions, "tools" | "collect">,
): string {
  const lines = [
    `Runs ${caps.languages.join(" or ")} and returns what it prints${caps.results ? " and the value of its last expression" : ""}.`,
    share === "call"
      ? "Every program starts from nothing."
      : "Variables, imports and files stay for the next program.",
  ];
  if (about !== undefined) lines.push(about);
  if (!caps.network) lines.push("There is no network, and nothing can be installed.");
  if (collect.length > 0) lines.push(`Files that match ${collect.join(" or ")} go to the user.`);
  if (Object.keys(tools).length > 0) {
    lines.push(`Programs can call these functions:\n${signatures(tools)}`);
  }
  return lines.join("\n");
}

function cannot(id: string, option: string, why: string): SandboxError {
  const message = `${option} does not go with the sandbox ${id}, which ${why}.`;
  return new SandboxError("unsupported", { message });
}
