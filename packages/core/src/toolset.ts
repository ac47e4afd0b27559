import type { ToolDefinition } from "./definition.ts";

/**
 * Tools that are known only while an agent runs: those of an MCP server, of an API that describes itself. An agent holds
 * it under `toolsets`.
 *
 * What runs in a log knows a tool by its name alone, so that any process can go on with a call: the name must mean the
 * same tool in every process, whichever other toolsets there are. The agent's own tools win over one of the same name.
 */
export interface Toolset {
  /** Unique among the toolsets that run together. */
  readonly name: string;
  /** The tools of `mcp` come from an MCP server: a run may choose among these by `mcpServers`. */
  readonly kind: "mcp" | "custom";
  /** Called once by each runtime that holds it. It neither connects nor throws: that is for `tools`. */
  open(): OpenToolset;
}

/** A toolset in the hands of one runtime. */
export interface OpenToolset {
  /**
   * The tools as they are now, by the name the model sees. Asked at the beginning of each step and before each call of
   * one of them, so keep what is known. The runtime runs them: no client tools.
   *
   * A rejection means that they cannot be had now: the step goes on without them, and the model and the log are told
   * why, in the error's own words; a call fails with them. It must settle in bounded time. It is asked again with the
   * next step, so a toolset that is down should say so at once for as long as it does not try again.
   */
  tools(): Promise<ToolsByName>;
  /** The runtime is closed, and nothing of it is under way. Never rejects. */
  close(): Promise<void>;
}

export interface ToolsByName {
  readonly [name: string]: ToolDefinition;
}
