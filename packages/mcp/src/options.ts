import type { Transport } from "@modelcontextprotocol/client";
import type { ApprovalVerdict, ToolContext } from "@runwire/core";
import type { Json } from "@runwire/core/protocol";
import { McpError } from "./mcp-error.ts";

export type McpOptions = StdioOptions | HttpOptions | TransportOptions;

/** A server that is a program: started when its tools are first asked for, ended with the last runtime that uses it. */
export interface StdioOptions extends CommonOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Beside `PATH`, `HOME` and a few more that are safe to hand on: nothing else of this process's environment goes there. */
  readonly env?: { readonly [name: string]: string };
  readonly cwd?: string;
  /** Where what the program writes to its standard error goes: this process's own, or nowhere. Default `inherit`. */
  readonly stderr?: "inherit" | "ignore";
  readonly url?: never;
  readonly transport?: never;
}

/** A server that speaks Streamable HTTP. */
export interface HttpOptions extends CommonOptions {
  readonly url: string | URL;
  /** Sent with each request. A function is asked for each request, for tokens that change. */
  readonly headers?: Headers | (() => Headers | Promise<Headers>);
  readonly command?: never;
  readonly transport?: never;
}

type Headers = { readonly [name: string]: string };

/** Anything else that the MCP client can talk over: an OAuth flow of your own, say. */
export interface TransportOptions extends CommonOptions {
  /** Asked for a new one for each connection. */
  readonly transport: () => Transport | Promise<Transport>;
  readonly command?: never;
  readonly url?: never;
}

export interface CommonOptions {
  /**
   * How runs name the server, and what its tools' names begin with: `github__create_issue`. 1 to 32 of a-z, A-Z, 0-9, _
   * and -, without a double _ and without one at its end.
   */
  readonly name: string;
  /** The server's own names of the tools that the model may have. Default: all. */
  readonly tools?: readonly string[];
  /** Gives the model two tools more, to list what the server has to read and to read it. Default false. */
  readonly resources?: boolean;
  /** Whether a person must say yes before a call. Default: never. */
  readonly needsApproval?:
    | boolean
    | ((call: McpCall, ctx: ToolContext) => ApprovalVerdict | Promise<ApprovalVerdict>);
  /** Active time of one call, in ms. Default 300 000. */
  readonly timeoutMs?: number;
  /** How long the server may take to start, and to answer what its tools are, in ms. Default 30 000. */
  readonly connectTimeoutMs?: number;
  /** Told what goes wrong outside of any call, and why a connection failed. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** A call that waits for a verdict. */
export interface McpCall {
  /** The server's own name of the tool. */
  readonly tool: string;
  readonly input: Json;
  /** What the server says of the tool. A server may lie. */
  readonly readOnly: boolean;
  readonly destructive: boolean;
}

/** Throws `invalid` for what could only fail later, in the middle of a run. */
export function checkOptions(options: McpOptions): void {
  const { name, timeoutMs = 1, connectTimeoutMs = 1 } = options;
  const refuse = (reason: string): never => {
    throw new McpError("invalid", { message: `mcp(${JSON.stringify(name)}): ${reason}` });
  };
  if (!/^(?!.*__)[a-zA-Z0-9_-]{0,31}[a-zA-Z0-9-]$/.test(name)) {
    refuse(
      "`name` must be 1 to 32 of a-z, A-Z, 0-9, _ and -, without __ and without _ at its end.",
    );
  }
  const ways = [options.command, options.url, options.transport];
  if (ways.filter((way) => way !== undefined).length !== 1) {
    refuse("give exactly one of `command`, `url` and `transport`.");
  }
  if (options.url !== undefined && !/^https?:$/.test(protocolOf(options.url))) {
    refuse(`"${options.url}" is no http or https URL.`);
  }
  for (const ms of [timeoutMs, connectTimeoutMs]) {
    if (!(ms > 0)) refuse(`${ms} ms is no time. Give a number above 0.`);
  }
}

function protocolOf(url: string | URL): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}
